"""The content writer: composes blog posts, video scripts, social posts and review responses from the texts in the TOML
files of this package, by a brief; and revises texts by instructions."""
