"""The words for activities: verbs in every form, nouns, and the abbreviations of the trade."""

from __future__ import annotations

from functools import cache

from eal.ai.claims.vocabulary import Activity
from eal.ai.engines.embedded.claims.gazetteer import Gazetteer

_WORDS: dict[tuple[Activity, ...], str] = {
    (Activity.REMOVE_AND_REPLACE,): (
        "r&r, r & r, r/r, rr, remove and replace, removed and replaced, removing and replacing, "
        "remove & replace, removal and replacement, tear out and replace, torn out and replaced, "
        "tear off and replace, removed & replaced, rem & rep, remove/replace, remove / replace, "
        "rip and replace, remove and install new, take out and replace, taken out and replaced, "
        "rip out and replace, pull and replace, pulled and replaced, remove & reinstall new, "
        "rem/rep, removal & replacement, cut out and replace, cut out and replaced, strip and "
        "replace, demo and replace"
    ),
    (Activity.DETACH_AND_RESET,): (
        "out and back, out and back in, off and back on, "
        "d&r, d & r, put it back, put them back, set it back, reset it, take down and reset, "
        "pulled and put back, detached for reset, detach for reset, removed for reset, d/r, "
        "detach and reset, detached and reset, detach & reset, detaching and resetting, remove "
        "and reset, removed and reset, pull and reset, pulled and reset, moved and reset, moved "
        "out and reset, detach/reset, remove & reset, remove and reinstall, removed and "
        "reinstalled, disconnect and reconnect, disconnected and reset, detach and re-set, pulled "
        "& reset, disconnect and reset, detach and reinstall, detached and reinstalled, remove "
        "and re-hang, remove and rehang, reset, re-set, reinstall, reinstalled, detached & reset, "
        "detachment and reset, take down and rehang, removed and rehung, disconnected and "
        "reconnected, pull & reset, removed & reset, moved out and back, take off and refit, "
        "remove and refit, removed and refitted, took down and rehung, r & reset"
    ),
    (Activity.REMOVE,): (
        "remove, removed, removing, took that out, took it out, took them out, take it out, "
        "pulled it, pulled it out, pulled that out, tore it out, came off, come off, took down, "
        "take down, taken down, picked up, pick up, demobilized, demob, strip out, make remove, "
        "rm, rmv, tear out, tore out, torn out, take out, took out, taken out, pull, pulled, "
        "pulled out, pull out, demo, demoed, demo'd, cut out, rip out, ripped out, strip, "
        "stripped, up, discard, discarded, dispose of, gut, gutted, pull up, pulled up, remove and "
        "dispose of, removed and disposed of, remove and discard, removed and discarded, removal, "
        "tearout, tear-out, demolish, demolished, demolition, detach, detached, vacuum out, "
        "vacuumed out, vac out, vacuuming out, flood cut, out, off, come down, comes down, coming "
        "down, tearing out, pulling, demoing, came out, come out, be out, are out, is out, were "
        "out, scrape, scraped, taking out, took up, take up, taken up, removal and disposal, "
        "stripped out, tossed, trashed, cut, cut away, remove and bag, removed and bagged, torn "
        "up, tore up, ripped up, pulling up, cutting out, threw out, throw out, removals, yanked, "
        "taken off, take off, took off, chipped out"
    ),
    (Activity.REPLACE,): (
        "replace, replaced, replacing, replacement, install, installed, installing, installation, "
        "put in, hang, hung, put back, lay, reinstall new, needs replacement, hanging, furnish "
        "and install, supply and install, provide and install, replacement of, rehang, "
        "installation of, rebuild, put down new, relay, laying, put up, put up new, install new, "
        "fit new, fit, fitted, supply and fit, patch in new"
    ),
    (Activity.REPAIR,): (
        "repair, repaired, sand and finish, sand & finish, texture the, textured the, re-laid, "
        "relay, re-lay, stretched, restretched, re-laid and stretched, relaid and stretched, "
        "repairing, repairs to, patch, patched, re-stretch, restretch, sand and refinish, "
        "refinish, refinished, refinishing, sand & refinish, re-stretched, patching, mend, fix, "
        "fixed, tape and mud, sister, sistered, regrout, relaid, stretch, re-lay and stretch, "
        "float and texture, retexture"
    ),
    (Activity.CLEAN,): (
        "clean, cleaned, cleaning, wipe down, wiped down, wipe, wiped, hepa vac, hepa vacuum, "
        "hepa vacuumed, hepa vac'd, hepa vacced, vacuum, vacuumed, wash, washed, pressure wash, "
        "scrub, scrubbed, sand, sanded, dry ice blast, soda blast, media blast, steam clean, dry "
        "clean, clean and deodorize, cleaned and deodorized, sand and hepa vac, mop, mopped, "
        "hepa-vacuum, hepa-vac, hepa-vacuumed, shampoo, hepa vacuuming, hand clean, soda blasted, "
        "dry sponge, chem sponge, chemical sponge, wipe-down, wire brush, wire brushed, degrease, "
        "sand and hepa vacuum, damp wipe, damp wiped, steam cleaned, wiping down, "
        "squeegee, rinse, sanding, scrubbing, washing, detail clean, final clean"
    ),
    (Activity.TREAT,): (
        "treat, treated, treating, apply, applied, spray, sprayed, seal, sealed, sealing, "
        "encapsulate, encapsulated, sanitize, sanitized, disinfect, disinfected, deodorize, "
        "deodorized, fog, fogged, treatment, application of, application, encapsulating, fogging, "
        "spraying, applying, disinfecting, prime, primed, sanitise, sanitised, sanitizing, coat, "
        "coated, deodorization, deodorizing, seal coat"
    ),
    (Activity.PAINT,): (
        "paint, painted, painting, repaint, repainted, prime and paint, seal and paint, primed "
        "and painted, repainting, paint two coats, seal/prime and paint, prime & paint, seal & "
        "paint, sealed and painted, stain and finish, priming and painting, re-paint"
    ),
    (Activity.EXTRACT,): (
        "extract, extracted, extracting, extraction, water extraction, pump out, pumped out, "
        "pumped water out, suck up, vac'd up, wet vac, wet vacuum, pumped, pump, extracted water "
        "from, extraction of, extract water from, ext, wet vac'd, shop vac'd, sucked up, "
        "extracting water from, truck mount extraction, weighted extraction, hard surface "
        "extraction"
    ),
    (Activity.DRY,): (
        "dry, dried, drying, dry in place, dried in place, float, floated, floating, floated and "
        "dried, dry out, dried out, float and dry, structural drying, drying in place, air dry, "
        "air dried, in-place drying, top down dry, top-down dry"
    ),
    (Activity.MONITOR,): (
        "monitor, monitored, monitoring, moisture monitoring, daily monitoring, check equipment, "
        "monitoring visit"
    ),
    (Activity.PROTECT,): (
        "protect, protected, tarp, tarped, board up, boarded up, board-up, boarded, boarding up, "
        "cover, erect, erected, mask off, masked, tarping, board up of, shrink wrap, shrink "
        "wrapped, boarding, shore, shored, protection of, cover with plastic, wrap, wrapped, "
        "mask, tent, tented, hang plastic, bag off"
    ),
    (Activity.MOVE,): (
        "move, moved, moving, move out, moved out, pack out, packed out, pack-out, packout, "
        "manipulate, relocate, relocated, manipulation, content manipulation, contents "
        "manipulation, block, blocked, block and pad, moved and blocked, storage of, pack, "
        "blocked up, pack out of, contents manip, content manip, manip, packed, moving of, haul to "
        "storage, inventory, boxed, box up"
    ),
    (Activity.DISPOSE,): (
        "dispose, disposed, dispose of, disposal, disposal of, haul, hauled, haul off, hauled "
        "off, haul away, hauled away, bag, bagged, bag and haul, hauling, dump, disposed of, "
        "bagged and hauled, bagged and disposed, "
        "bagged and disposed of, dumped, haul out, hauled out, carry out, dump run, bag and dispose of"
    ),
    (
        Activity.TEST,
    ): "test, tested, testing, sample, sampled, take sample, take samples of, collect, collected",
}


@cache
def gazetteer() -> Gazetteer[Activity]:
    return Gazetteer(
        (phrase.strip(), activities[0])
        for activities, phrases in _WORDS.items()
        for phrase in phrases.split(",")
    )
