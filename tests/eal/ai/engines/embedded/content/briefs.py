"""Twenty briefs of one franchise, as an owner would write them over a few months."""

from eal.ai.content import Brief, ContentType
from eal.ai.content_assignment import ContentAssignment, Publisher, ReviewText

PUBLISHER = Publisher(
    name="Acme Restoration of Columbus",
    industry="restoration",
    service_areas=("Columbus", "Dublin", "Westerville"),
    certifications=("IICRC Certified Firm",),
    phone="614-555-0142",
    website="https://acme.example.com",
)


def _given(kind: ContentType, brief: Brief, review: ReviewText | None = None) -> ContentAssignment:
    return ContentAssignment(type=kind, brief=brief, publisher=PUBLISHER, review=review)


BRIEFS: dict[str, ContentAssignment] = {
    "01-blog-burst-pipe": _given(
        "blog_post",
        Brief(
            topic="What to do when a pipe bursts at night",
            keywords=("burst pipe cleanup", "water damage restoration Columbus"),
            audience="homeowners",
            tone="friendly",
        ),
    ),
    "02-blog-mold-prevention": _given(
        "blog_post",
        Brief(topic="mold prevention", keywords=("indoor humidity",), audience="landlords", length="long"),
    ),
    "03-blog-after-a-fire": _given(
        "blog_post", Brief(topic="the first days after a house fire", tone="empathetic", length="medium")
    ),
    "04-blog-insurance-photos": _given(
        "blog_post",
        Brief(
            topic="How to document damage for your insurance claim",
            keywords=("home inventory", "adjuster"),
            tone="professional",
        ),
    ),
    "05-blog-winter": _given(
        "blog_post",
        Brief(topic="frozen pipes", audience="property managers", tone="brief", length="short"),
    ),
    "06-blog-sewage": _given(
        "blog_post", Brief(topic="Sewage backup in the basement", tone="formal", length="short")
    ),
    "07-blog-business": _given(
        "blog_post",
        Brief(
            topic="Emergency plans for restaurants and shops",
            audience="business owners",
            keywords=("downtime", "emergency response plan", "commercial water damage"),
        ),
    ),
    "08-blog-storm": _given(
        "blog_post", Brief(topic="hail damage", keywords=("roof tarp",), length="medium")
    ),
    "09-blog-new-technicians": _given(
        "blog_post", Brief(topic="We hired two new technicians this month", tone="friendly")
    ),
    "10-blog-choosing": _given(
        "blog_post", Brief(topic="Questions to ask before hiring a restoration company", length="medium")
    ),
    "11-blog-unknown": _given(
        "blog_post", Brief(topic="noise from the neighbors", audience="night-shift nurses", length="short")
    ),
    "12-video-hidden-leaks": _given(
        "video_script", Brief(topic="signs of a hidden leak", length="medium", tone="friendly")
    ),
    "13-video-kitchen-fire": _given(
        "video_script", Brief(topic="kitchen fire safety", audience="families", length="short")
    ),
    "14-video-drying": _given(
        "video_script",
        Brief(topic="Why the fans have to stay on", keywords=("structural drying",), length="long"),
    ),
    "15-social-x-vacation": _given(
        "social_post", Brief(topic="leaving for vacation", network="x", keywords=("leak prevention",))
    ),
    "16-social-instagram-photos": _given(
        "social_post", Brief(topic="saving wet family photos", network="instagram", length="medium")
    ),
    "17-social-linkedin-facilities": _given(
        "social_post",
        Brief(
            topic="business continuity",
            audience="facility managers",
            network="linkedin",
            length="medium",
            tone="professional",
        ),
    ),
    "18-social-google-fall": _given(
        "social_post", Brief(topic="fall maintenance", network="google_business", length="short")
    ),
    "19-response-five-stars": _given(
        "review_response",
        Brief(review_id="review_1", length="medium"),
        ReviewText(
            rating=5,
            text="Mike and his crew were so kind and explained everything. Our basement at 12 Oak Street was spotless "
            "when they left.",
        ),
    ),
    "20-response-two-stars": _given(
        "review_response",
        Brief(review_id="review_2", tone="empathetic", length="medium"),
        ReviewText(
            rating=2,
            text="The guys were polite, but nobody called us back for a week and the bill was higher than expected.",
        ),
    ),
}
