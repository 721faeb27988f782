"""Messages: the web forms and text messages that a tracker has taken."""
