"""The sentences of the e-mail writer, by goal and place in the e-mail. A change of them is a new VERSION of the engine.

A sentence is used only if every fact in its braces is known. `{damage}` is the loss, with its place if that is known,
such as "the water damage in your basement". Each list has sentences without facts, so something always fits. No
sentence says anything about the company except its name and its industry, and none promises anything: a test reads
all of them with the content policy.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

type Goal = Literal[
    "introduction",
    "referral_partner",
    "estimate_follow_up",
    "scheduling",
    "thank_you",
    "feedback",
    "documents",
    "missed_call",
    "job_update",
    "re_engagement",
    "seasonal",
    "apology",
    "follow_up",
    "general",
]


class Sentences(NamedTuple):
    """An e-mail has one of each, and no `middle` if it has to be brief."""

    subjects: tuple[str, ...]
    openings: tuple[str, ...]
    middles: tuple[str, ...]
    asks: tuple[str, ...]


BY_GOAL: dict[Goal, Sentences] = {
    "introduction": Sentences(
        subjects=(
            "Introducing {organization}",
            "A short introduction from {organization}",
            "{company} and {organization}",
            "If {company} ever needs a restoration company",
            "Before the next leak: an introduction",
        ),
        openings=(
            "I would like to introduce {organization}, a {industry} company.",
            "We have not met yet, so I will begin: {organization} is a {industry} company.",
            "I am writing to {company} to introduce {organization} before there is any need for us.",
            "My reason for writing is simple: when a building is damaged, it helps to know already whom to "
            "call.",
            "Buildings in {city} have their share of leaks and storms, and {organization} would like to be "
            "known to you before one.",
        ),
        middles=(
            "When something happens, the first questions are whom to call, what to move and what to "
            "photograph. It is "
            "easier to settle them on a quiet day.",
            "You need nothing from us today, and I hope that it stays that way for a long time.",
            "A name in the right list saves a search at the worst moment, and nothing more is needed for "
            "now.",
            "If you already work with somebody, we are glad to be the second number on the list.",
        ),
        asks=(
            "Who at {company} should have our contact for such cases?",
            "Would a short call make sense, so that we learn which buildings you look after?",
            "May I send you a short summary of what we do?",
            "Is there anybody else who should know about us?",
        ),
    ),
    "referral_partner": Sentences(
        subjects=(
            "Referring damage calls: an idea for {company}",
            "Working together on property damage",
            "When your customers ask about water or smoke",
            "A contact for {company}'s customers",
            "Partnering on restoration referrals",
        ),
        openings=(
            "People who call {company} sometimes have damage that needs a restoration company.",
            "You meet owners at the moment when they notice damage, and they ask you whom to call next.",
            "I am looking for a few partners who want a restoration company to refer their customers to.",
            "Your customers and ours often have the same bad day, a few hours apart.",
        ),
        middles=(
            "Before any referral we can agree on what you hear back from us, and when.",
            "What matters to both of us is that the owner is not passed around.",
            "It can work in both directions, because owners after a loss often need what you do, too.",
            "Nothing has to be signed for that. A name and a number on both sides are enough to begin.",
        ),
        asks=(
            "Could we talk for ten minutes about how a referral should work for you?",
            "Who at {company} takes care of partners?",
            "What would a good referral partner have to do for you?",
            "Would you be open to trying it with one customer?",
        ),
    ),
    "estimate_follow_up": Sentences(
        subjects=(
            "Your estimate for {damage}",
            "Questions about the estimate?",
            "The estimate we sent you",
            "Following up on your estimate",
            "Where do you stand with the estimate?",
        ),
        openings=(
            "I am following up on the estimate for {damage}.",
            "You have had our estimate for a little while, and I would like to know whether it answers "
            "your questions.",
            "Estimates raise questions, and I would rather answer yours than leave you guessing.",
            "I wanted to ask where you are with the estimate that we sent.",
            "Have you been able to look at the estimate for {damage}?",
        ),
        middles=(
            "We can go through it line by line, so that you know what each item is for and what would "
            "happen without it.",
            "If something has changed since we looked, tell us, and we will revise it.",
            "If you compare it with another one, look at which rooms and materials each of them includes.",
            "If your insurer needs it in another form, we can talk about that as well.",
        ),
        asks=(
            "Which part would you like to talk about first?",
            "Is anything unclear, or missing?",
            "Would you like to go ahead, change something, or wait?",
            "When would be a good time for a short call about it?",
            "What do you need from us to decide?",
        ),
    ),
    "scheduling": Sentences(
        subjects=(
            "Finding a time to look at {damage}",
            "A time for the inspection",
            "Scheduling our visit",
            "When may we take a look?",
            "Let us find a day",
        ),
        openings=(
            "The next step is to look at {damage} together.",
            "I would like to find a time for our visit that suits you.",
            "To tell you anything useful, we have to see the place first.",
            "We still need a day for the inspection.",
        ),
        middles=(
            "Somebody who can decide should be there, because we will ask where we may open, move and "
            "measure.",
            "Until then, leave things as they are where you can, and take a few photos.",
            "If there are tenants, pets or a gate code, please mention it in your reply.",
            "Please have your questions ready, because the visit is a good time for them.",
        ),
        asks=(
            "Which two days would work for you?",
            "Do mornings or afternoons suit you better?",
            "Could you reply with a few times, and the name of whoever will be there?",
            "What is the best number to reach you on to agree on a time?",
        ),
    ),
    "thank_you": Sentences(
        subjects=(
            "Thank you, {first_name}",
            "Thank you for your trust",
            "A word of thanks",
            "Thank you from {organization}",
            "With thanks",
        ),
        openings=(
            "Thank you for letting us take care of {damage}.",
            "I want to thank you for the trust that you put in us.",
            "This is only a word of thanks, and it needs no reply.",
            "Thank you for your patience and your help along the way.",
        ),
        middles=(
            "A damaged place upsets everybody's plans, and you made our work in it easier.",
            "Working with people who answer questions and open doors makes a difference.",
            "It was good to work with you.",
            "Please keep our papers with your records, in case anybody asks about the work later.",
        ),
        asks=(
            "If anything comes up, reply to this e-mail and it reaches us.",
            "Should you have a question later, you know where to find us.",
            "If you notice something that we should look at, please write.",
            "We would be glad to hear how you are getting on.",
        ),
    ),
    "feedback": Sentences(
        subjects=(
            "How did it go?",
            "Your view of our work",
            "What should we do better?",
            "Two questions about {damage}",
            "A question from {organization}",
        ),
        openings=(
            "Now that the work on {damage} is behind you, I would like to know how it was for you.",
            "I am asking for your honest view of our work, the good and the bad.",
            "You have seen us at work, so you can tell us what we do not see ourselves.",
            "How was it to work with us?",
        ),
        middles=(
            "Please be frank: a polite silence helps nobody.",
            "Criticism helps us most, because praise teaches us little.",
            "It can be about anything: how we spoke with you, how we left the rooms, what took too long.",
            "A single sentence is enough.",
        ),
        asks=(
            "What is one thing that we should do differently?",
            "What went well, and what did not?",
            "Would you tell us in a reply to this e-mail?",
            "Was there a moment at which you did not know what happens next?",
        ),
    ),
    "documents": Sentences(
        subjects=(
            "Papers that we still need",
            "Documents for {damage}",
            "Could you send us these?",
            "What is missing in our file",
            "Photos and papers, please",
        ),
        openings=(
            "To continue with {damage}, we still need some papers from you.",
            "Our file has a gap that only you can fill.",
            "I am writing because we are waiting for a few documents.",
            "Before the next step we need something in writing.",
        ),
        middles=(
            "Photos may be taken with a phone; what matters is that they show the whole room and then the "
            "detail.",
            "If you do not have one of them, tell us, and we will think of another way.",
            "Please black out what we do not need, such as account numbers.",
            "A scan or a clear photo of each page is enough.",
        ),
        asks=(
            "Could you reply with them attached?",
            "Which of them can you send, and which take longer?",
            "Is there anybody else whom we should ask for them?",
            "Would it be easier to talk about it first?",
        ),
    ),
    "missed_call": Sentences(
        subjects=(
            "We missed your call",
            "Returning your call",
            "Sorry that we did not reach each other",
            "Your call to {organization}",
            "About your call",
        ),
        openings=(
            "You called {organization}, and we missed each other.",
            "I would like to return your call.",
            "We have your call on record and do not want to leave it at that.",
            "It looks as if our calls have crossed.",
        ),
        middles=(
            "If the matter is settled, a one-word reply is enough and we will close it.",
            "If it is about {damage}, a few words or a photo by e-mail help us to prepare.",
            "If anybody is in danger, please call 911 first.",
            "You can also answer here, if writing is easier for you than a call.",
        ),
        asks=(
            "When may I call you, and on which number?",
            "What can we do for you?",
            "Is it still open?",
            "Would you rather write or talk?",
        ),
    ),
    "job_update": Sentences(
        subjects=(
            "Where we are with {damage}",
            "An update on the work",
            "News about your project",
            "The state of the work",
            "What happens next",
        ),
        openings=(
            "Here is where we are with {damage}.",
            "I want to keep you up to date on the work.",
            "You should hear from us before you have to ask, so this is a short update.",
            "A note on how things stand.",
        ),
        middles=(
            "If your plans have changed, for example because somebody moves back in, tell us early.",
            "If you talk with an adjuster or a landlord, feel free to forward this e-mail.",
            "Should you see anything that looks different from what we describe, a photo helps.",
            "If a detail is missing here, ask for it.",
        ),
        asks=(
            "Do you have questions about the next step?",
            "Is there anything that we should know before we continue?",
            "Who else should get these updates?",
            "Does that fit your own plans?",
        ),
    ),
    "re_engagement": Sentences(
        subjects=(
            "Is {damage} still on your list?",
            "Still open, or settled?",
            "Picking up where we left off",
            "Should we close your request?",
            "It has been a while",
        ),
        openings=(
            "Some time ago we talked about {damage}, and then it went quiet.",
            "It has been a while since we last spoke.",
            "Your request is still open on our side, and I do not know whether it still is on yours.",
            "Plans change, so I am asking instead of guessing.",
        ),
        middles=(
            "If somebody else has taken care of it, good: tell us, and we will stop asking.",
            "If it was a question of timing, we can pick it up whenever it suits you.",
            "You do not have to explain it all again: a line about what has changed is enough.",
            "Either answer is fine, and a short one is enough.",
        ),
        asks=(
            "Is it still something you want to deal with?",
            "Shall we keep it open or close it?",
            "What has happened since then?",
            "Would it help to talk again?",
        ),
    ),
    "seasonal": Sentences(
        subjects=(
            "Before the weather turns",
            "A look at {company}'s buildings before the season",
            "Preparing for the season",
            "Three things to check this week",
            "Getting {city} properties ready",
        ),
        openings=(
            "The season changes, and with it what can go wrong in a building.",
            "A little preparation now is easier than a cleanup later.",
            "This is the time of year to look at gutters, hoses and shut-off valves.",
            "Weather in {city} is about to change, and that is a good moment for a walk around the building.",
        ),
        middles=(
            "Find the main water valve and make sure that it turns. Look at the hoses of the washing "
            "machine. Clear the "
            "drains outside.",
            "Take photos of each room while everything is in order, because they help after any damage.",
            "Write down who has keys, who may decide and whom to call, and put the list where others find "
            "it.",
            "Check that the sump pump runs, and that water from the roof leads away from the walls.",
        ),
        asks=(
            "Would you like a checklist for your building?",
            "Is there a spot that has worried you before?",
            "Who looks after these things at {company}?",
            "What has given you trouble in past years?",
        ),
    ),
    "apology": Sentences(
        subjects=(
            "An apology from {organization}",
            "We are sorry, {first_name}",
            "That should have gone better",
            "About what went wrong",
        ),
        openings=(
            "We owe you an apology.",
            "I am sorry about how this went.",
            "You had a right to expect more of us with {damage}, and I apologize.",
            "Something went wrong on our side, and I do not want to talk around it.",
        ),
        middles=(
            "I would like to hear from you what happened, because what I know comes from our own notes.",
            "You do not need to repeat everything: what still needs fixing is enough.",
            "Please tell me also what we should have done instead.",
            "An apology is worth little if nothing changes, so I would like to start with what bothers you "
            "most.",
        ),
        asks=(
            "May I call you about it?",
            "What would put it right for you?",
            "What should we do first?",
            "When could we talk?",
        ),
    ),
    "follow_up": Sentences(
        subjects=(
            "Following up on {damage}",
            "Checking in, {first_name}",
            "A short follow-up",
            "How are things?",
            "Still here if you have questions",
        ),
        openings=(
            "I am checking in about {damage}.",
            "I wanted to follow up on our last conversation.",
            "Since we last spoke, I have been wondering how things are going.",
            "You crossed my mind while I was going through our open matters.",
            "How have things developed since we spoke?",
        ),
        middles=(
            "If something has become worse or looks different, a few photos tell us a lot.",
            "Questions often come up once the first rush is over, and now is a good time for them.",
            "If you are waiting for something from us, please say so.",
            "There is no rush on our side, but we do not want to leave you alone with it either.",
        ),
        asks=(
            "Do you still need help?",
            "Is there anything that we can clear up for you?",
            "What would be the most useful next step for you?",
            "Would a short call help?",
        ),
    ),
    "general": Sentences(
        subjects=(
            "A note from {organization}",
            "About {damage}",
            "A question for you",
            "For your attention, {first_name}",
        ),
        openings=(
            "I am writing to you about {damage}.",
            "I have something that I would like to pass on to you.",
            "A short note from us.",
            "There is a point that I would like to raise with you.",
        ),
        middles=(
            "If I have written to the wrong person, please tell me who the right one is.",
            "If any of it is unclear, ask, and I will explain.",
            "Reply in your own time.",
            "You can answer this e-mail directly; it reaches us.",
        ),
        asks=(
            "What do you think?",
            "Could you let me know how you see it?",
            "Do you have any questions?",
            "How would you like to proceed?",
        ),
    ),
}

FIRST_CONTACT: frozenset[Goal] = frozenset({"introduction", "referral_partner", "seasonal"})
"""Goals of which the recipient may not know the company: the e-mail says who writes."""

IDENTITY = (
    "I am with {organization}, a {industry} company.",
    "In case you do not know us: {organization} is a {industry} company.",
    "I am writing for {organization}.",
)
REQUESTS = (
    "You had asked about {request}.",
    "I have not forgotten that you asked about {request}.",
    "My notes say that you were interested in {request}.",
    "We can also talk about {request}, which you had asked about.",
    "You wanted to know more about {request}, and that is still open.",
    "If {request} still matters to you, tell me.",
    "Is {request} still what you need?",
    "There was also your question about {request}.",
)
NEEDED = (
    "What we need: {documents}.",
    "It is about {documents}.",
    "Missing so far: {documents}.",
    "Please send {documents}.",
)
"""Sentences for an e-mail that asks for documents, if the instructions name them."""
MENTION_REQUEST: frozenset[Goal] = frozenset({"follow_up", "re_engagement", "general"})
"""Goals of e-mails that mention what the recipient asked for."""
CARING = (
    "I know that {damage} is a lot to deal with.",
    "Dealing with {damage} on top of everything else is hard.",
    "I hope that you and everybody at your place are all right.",
    "I am sorry that you have to deal with this.",
    "Take the time that you need.",
)
FRIENDLY = (
    "I hope that your week is going well.",
    "I hope that you are doing well.",
    "I hope that this finds you on a calm day.",
    "It is good to write to you.",
    "I hope that you had a good start to the day.",
    "Greetings from all of us.",
    "I hope that things are calm at your end.",
    "I was glad to see your name on my list today.",
)
POINTS = ("Also, {point}.", "One more thing: {point}.", "To add to that: {point}.")
"""Sentences for the points of the instructions, after the first such point."""

LOSSES = {
    "water": "the water damage",
    "sewage": "the sewage backup",
    "fire": "the fire damage",
    "smoke": "the smoke damage",
    "mold": "the mold",
    "storm": "the storm damage",
    "biohazard": "the cleanup",
    "rebuild": "the rebuild",
}
"""Names of losses in an e-mail. Others are not named."""

GREETINGS = {
    "professional": ("Hello {first_name},", "Good day {first_name},"),
    "friendly": ("Hi {first_name},", "Hello {first_name},"),
    "formal": ("Dear {first_name} {last_name},", "Good day {first_name} {last_name},"),
    "brief": ("{first_name},", "Hi {first_name},"),
    "empathetic": ("Dear {first_name},", "Hello {first_name},"),
}
NAMELESS_GREETINGS = {
    "professional": ("Hello,", "Good day,"),
    "friendly": ("Hi there,", "Hello,"),
    "formal": ("Good day,", "To whom it may concern,"),
    "brief": ("Hello,", "Hi,"),
    "empathetic": ("Hello,", "Good day,"),
}
CLOSINGS = {
    "professional": ("Best regards,", "Kind regards,", "Regards,"),
    "friendly": ("Best,", "Warm regards,", "All the best,"),
    "formal": ("Sincerely,", "Respectfully,", "Yours sincerely,"),
    "brief": ("Thanks,", "Best,", "Regards,"),
    "empathetic": ("With kind regards,", "Warmly,", "Take care,"),
}
CONTRACTIONS = (
    ("I am ", "I'm "),
    ("I would ", "I'd "),
    ("we are ", "we're "),
    ("We are ", "We're "),
    ("do not ", "don't "),
    ("did not ", "didn't "),
    ("that is ", "that's "),
    ("could not ", "couldn't "),
    ("It is ", "It's "),
    ("it is ", "it's "),
)
"""Contractions for friendly e-mails. Each is followed by a space: "as good as it is." keeps its words."""
