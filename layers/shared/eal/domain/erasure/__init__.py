"""Erasures: what refers to an erased lead, prospect, call, claim or content item is erased, in every resource."""
