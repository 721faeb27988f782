"""Write content by a brief: a blog post, a video script, a social post, or a response to a review."""
