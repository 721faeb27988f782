"""Kinds of items that a restore takes back to the moment, and those that it leaves as they are now."""

GOES_BACK = frozenset({
    "LEAD", "LEAD_CONTACT", "LEAD_HISTORY", "LEAD_TOMBSTONE",
    "PROSPECT", "PROSPECT_CONTACT", "PROSPECT_TOMBSTONE",
    "CALL", "CALL_CLAIM", "CALL_RUNS", "TRANSCRIPT", "CALL_TOMBSTONE", "CORRECTION", "CALLBACK",
    "CLAIM", "CLAIM_NUMBER", "CLAIM_RETENTION", "CLAIM_NOTE", "CLAIM_TOMBSTONE",
    "CONTENT", "CONTENT_REVISION", "CONTENT_SLUG", "CONTENT_DUE", "FEED_POST",
    "CLAIM_EXTRACTION", "CLAIM_SCOPE_DECISION", "CLAIM_ROOM_CORRECTION", "CLAIM_DECISIONS",
    "DRAFT", "DRAFT_RECIPIENT",
    "REVIEW", "REVIEW_CLAIM", "REVIEW_VERSION", "REVIEW_STATS",
    "FORM", "TEXT", "REPLY", "REPLY_BODY", "REPLY_CLAIM", "EMAIL_EVENT", "EMAIL_EVENT_CLAIM", "EMAIL_EVENT_RECIPIENT",
    "OUTREACH_SEQUENCE",
    "IDEMPOTENCY", "RESPONSE",
    "COUNTED", "TALLY", "LEAD_STATS", "CALL_STATS",
    "RECONCILIATION",
})  # fmt: skip
"""The data of tenants; the idempotency records of its changes, so that a client can repeat a request whose effect is
undone; the counters over it; and the progress of reconciliation, which then recovers what vendors have since."""

STAYS = frozenset({
    "AUDIT", "AUDIT_LOG", "AUDIT_TILE", "AUDIT_CHECKPOINT", "AUDIT_CHECKPOINT_HEAD", "ARCHIVE",
    "AUDIT_EXPORT", "AUDIT_EXPORTS_OPEN", "AUDIT_EXPORT_PROGRESS",
    "EVENT", "TASK", "SEQUENCE", "PENDING",
    "DELIVERY", "DELIVERY_ENTRY", "DELIVERY_RESPONSE",
    "WEBHOOK", "WEBHOOK_COUNT", "WEBHOOK_HEALTH", "WEBHOOK_REPLAY", "CRM_HEALTH", "AI_USAGE",
    "RECORDING", "RECORDING_HEALTH", "CLAIM_PHOTO", "CLAIM_PHOTO_REGISTER", "CLAIM_SIGN_OFF",
    "ORGANIZATION", "CHILD", "MEMBER", "MEMBER_EMAIL", "MEMBER_SESSIONS", "GRANT", "KEY", "KEY_COUNT", "KEY_QUOTA",
    "FAMILY", "INVITATIONS",
    "INTEGRATION",
    "LEAD_IMPORT", "LEAD_IMPORTS", "LEAD_IMPORT_ERRORS",
    "ENROLLMENT", "ENROLLMENT_CLAIM", "EMAIL", "EMAIL_CONTENT", "EMAIL_VENDOR_ID", "SEND_LEASE", "SEND_COUNT", "DUE",
    "REVIEW_REPLY_LEASE", "TEST_CLOCK", "EMAIL_MESSAGE_ID",
    "EMAIL_TOMBSTONE", "SUPPRESSION", "SUPPRESSION_CLAIM", "SOFT_BOUNCES", "DELIVERABILITY", "SENDER_HOUR", "SENDER",
    "FEED_ADDRESS", "REVIEW_REQUEST", "REVIEW_REQUEST_CLAIM", "ALERT",
    "ALERT_HELP", "TEXT_ANSWER", "CHECK_LEASE",
})  # fmt: skip
"""The log and the feed, whose numbers were published and archived; what was sent, what became of it, how far recipients
are in their sequences, which customers were asked for reviews and who was alerted, so that nothing is sent twice; who
wants no e-mail; copies of recordings, photos and sign-offs, because their buckets are not restored; access and
configuration, because a revoked key must stay revoked; what AI has cost; and jobs, whose messages are gone."""
