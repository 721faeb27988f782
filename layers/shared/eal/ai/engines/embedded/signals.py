"""The meanings that the embedded engine recognises in a text."""

from __future__ import annotations

from enum import StrEnum


class Signal(StrEnum):
    """The indication of a cue. Signals with the name of an intent support that intent; dangers are reported by name."""

    # Intents
    WATER = "water"
    SEWAGE = "sewage"
    FIRE = "fire"
    MOLD = "mold"
    STORM = "storm"
    BIOHAZARD = "biohazard"
    REBUILD = "rebuild"
    EXISTING_JOB = "existing_job"
    INSURANCE = "insurance"
    EMPLOYMENT = "employment"
    SALES_PITCH = "sales_pitch"
    WRONG_NUMBER = "wrong_number"
    SPAM = "spam"
    OTHER = "other"

    # Dangers to life
    GAS_SMELL = "gas_smell"
    ELECTRICAL = "electrical"
    STRUCTURE_FAILING = "structure_failing"
    PERSON_TRAPPED = "person_trapped"
    CARBON_MONOXIDE = "carbon_monoxide"
    FIRE_BURNING = "fire_burning"
    PERSON_IN_DANGER = "person_in_danger"

    # Urgency
    ACTIVE_WATER = "active_water"
    ACTIVE_DRIP = "active_drip"
    STOPPED = "stopped"
    RAIN_IN = "rain_in"
    WET_NOW = "wet_now"
    DRY_NOW = "dry_now"
    SEWAGE_OVER = "sewage_over"
    OPENING = "opening"
    UNLIVABLE = "unlivable"
    LARGE = "large"
    RECENT = "recent"
    OLD = "old"
    DEADLINE = "deadline"
    VULNERABLE = "vulnerable"
    ANGRY = "angry"
    NO_HURRY = "no_hurry"

    # Requests
    REQUEST = "request"
    ASKS_FOR = "asks_for"
    OWNED = "owned"
    REFERRAL = "referral"
    NEW_LOSS = "new_loss"
    NO_LOSS = "no_loss"
    OTHER_COMPANY = "other_company"
    WRONG_SERVICE = "wrong_service"
    PRICE_SHOPPER = "price_shopper"
    MONEY = "money"
    NO_NEED = "no_need"
    OUT_OF_AREA = "out_of_area"

    # Authority and identity
    OWNER = "owner"
    TENANT = "tenant"
    GRANTED = "granted"
    NEEDS_OWNER = "needs_owner"
    LANDLORD_REFUSES = "landlord_refuses"
    THIRD_PARTY_ASKS = "third_party_asks"
    BYSTANDER = "bystander"
    NAME = "name"

    # The end of a call
    CUT_OFF = "cut_off"
    WILL_CALL_BACK = "will_call_back"

    # Messages only
    LIVE = "live"
    LIVE_ES = "live_es"
    PLANNED_ES = "planned_es"
    TODAY = "today"
    LATER = "later"
    WISH = "wish"
    CONTACT = "contact"
    SETTLED = "settled"
    IDLE = "idle"
    RENTER = "renter"
    NOT_MINE = "not_mine"
    PARTNER = "partner"
    STRANGER = "stranger"
    COMPETITOR = "competitor"
    WRONG_TRADE = "wrong_trade"
    PRANK = "prank"
