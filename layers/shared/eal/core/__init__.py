"""Parts that any multi-tenant serverless product needs, without anything of this one's subject."""
