"""The extraction of a claim: a lexer, small grammars, and gazetteers of rooms, materials and activities."""
