"""Amazon Cognito's user pool: the sign-in of members, and their accounts."""
