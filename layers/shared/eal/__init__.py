"""The platform's one shared package. README "How it is built" says which part may import which."""
