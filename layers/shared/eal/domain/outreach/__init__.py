"""Outreach: e-mail sequences, drafts and what becomes of them: sends, events, replies and suppressions."""
