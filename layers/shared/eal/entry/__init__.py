"""The four entry classes, one a kind of trigger: Api, Consumer, Receiver, Relay."""
