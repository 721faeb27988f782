"""An alert is one attempt to tell one person about the dispatch of a call: by text, by phone call or by e-mail."""
