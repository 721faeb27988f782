"""Twilio: texts and phone calls to the people on call, from the tenant's own account."""
