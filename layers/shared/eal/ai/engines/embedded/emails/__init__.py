"""The e-mail writer: composes an e-mail from the sentences of this package, by instructions and facts."""
