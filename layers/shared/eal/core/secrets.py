"""Tenants' secrets under KMS, with the tenant as encryption context, and keys derived from a KMS HMAC key."""

import base64
from functools import cache, lru_cache

from eal.core import aws, settings


def encrypt(secret: str, *, organization_id: str, purpose: str) -> str:
    """The secret's KMS ciphertext in base64. It decrypts only for the same organization and purpose."""
    response = aws.kms().encrypt(
        KeyId=settings.secrets_key(),
        Plaintext=secret.encode(),
        EncryptionContext={"organization": organization_id, "purpose": purpose},
    )
    return base64.b64encode(response["CiphertextBlob"]).decode()


@lru_cache(maxsize=256)
def decrypt(ciphertext: str, *, organization_id: str, purpose: str) -> str:
    """The secret, cached in this process: a receiver cannot call KMS for every request.

    A rotated secret has another ciphertext, so the cache is never stale.
    """
    response = aws.kms().decrypt(
        CiphertextBlob=base64.b64decode(ciphertext),
        EncryptionContext={"organization": organization_id, "purpose": purpose},
        KeyId=settings.secrets_key(),
    )
    return response["Plaintext"].decode()


@cache
def derived_key(purpose: str, key_id: str | None = None) -> bytes:
    """32 bytes that only holders of a KMS HMAC key can derive: the same in every process, stored nowhere. `key_id`
    defaults to the MAC key.
    """
    response = aws.kms().generate_mac(
        KeyId=key_id or settings.mac_key(), MacAlgorithm="HMAC_SHA_256", Message=f"eal:{purpose}:1".encode()
    )
    return response["Mac"]
