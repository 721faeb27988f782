"""Review requests: e-mails that ask customers, all alike, for a review after a job."""
