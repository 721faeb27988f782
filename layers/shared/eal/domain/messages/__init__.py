"""Messages: web forms and text messages that a call tracker received."""
