"""The materials, objects and equipment of a scope: the description of each with the words that name it in notes.

Words are in the singular; `gazetteer` also matches their plurals. A description is the most general one that does not
change the work: "5/8 drywall" and "sheetrock" are both drywall.
"""

from __future__ import annotations

from functools import cache

from eal.ai.claims.vocabulary import Activity
from eal.ai.engines.embedded.claims.gazetteer import Gazetteer

MATERIALS: dict[str, str] = {
    "drywall": (
        "drywall, clg dw, clg drywall, drywal, drywll, dry wall, rock, gyprock, dw, sheetrock, "
        "sheet rock, gypsum, gypsum board, gyp board, gwb, plasterboard, plaster board, "
        "wallboard, sheetrock wall, drywall wall, ceiling drywall, wall drywall, drywall ceiling, "
        "ceiling dw, sheetrock ceiling, greenboard, sr, lid drywall"
    ),
    "flood cut": "flood cut, floodcut, drywall flood cut, drywall cut",
    "plaster": "plaster, plaster wall, plaster ceiling, lath and plaster, lath",
    "paneling": "paneling, panelling, wall paneling, wood paneling, wall panel",
    "wainscoting": "wainscoting, wainscot, wainscotting, beadboard, bead board",
    "wallpaper": "wallpaper, wall paper, wallcovering, wall covering, vinyl wallpaper",
    "wall": "wall, interior wall, wall surface",
    "ceiling": "ceiling, lid, clg",
    "acoustic panel": "acoustic panel, sound panel, acoustical panel, acoustic wall panel",
    "texture": (
        "texture, popcorn, popcorn texture, acoustic texture, knockdown texture, ceiling texture, "
        "popcorn ceiling"
    ),
    "ceiling tile": (
        "ceiling tile, acoustic ceiling tile, acoustical tile, acoustic tile, drop ceiling, drop "
        "ceiling tile, suspended ceiling, ceiling panel, acoustical ceiling tile, suspended "
        "ceiling tile, drop tile"
    ),
    "insulation": (
        "insulation, insul, batt, blown-in, r13, r19, r30, r38, r-38, r-11, batt insulation, "
        "blown-in insulation, blown insulation, fiberglass insulation, wall insulation, attic "
        "insulation, ceiling insulation, fiberglass, cellulose, fiberglass batt, r-13, r-19, "
        "r-30, blown in insulation, cellulose insulation, insulation batt, spray foam, foam "
        "insulation"
    ),
    "vapor barrier": "vapor barrier, vapour barrier, vb, moisture barrier, poly vapor barrier, vapor retarder",
    "backer board": (
        "backer board, cement board, backerboard, durock, hardie backer, hardiebacker, cement "
        "backer board, tile backer"
    ),
    "sheathing": (
        "sheathing, osb, plywood sheathing, roof sheathing, wall sheathing, roof decking, osb sheathing"
    ),
    "framing": (
        "framing, stud, joist, wall stud, floor joist, ceiling joist, bottom plate, "
        "plate, wood framing, lumber, wall cavity, cavity, stud bay, exposed framing, ceiling "
        "framing, wall framing, framing member, 2x4, 2x6, 2x10, floor framing, structural "
        "framing, truss, truss chord, exposed stud, stud wall"
    ),
    "rafter": "rafter, roof rafter",
    "beam": "beam, header, girder",
    "carpet": (
        "carpet, carpt, cpt, runner, carpeting, carpet tile, wall to wall carpet, berber, crpt, carpet square"
    ),
    "carpet pad": "carpet pad, pad, padding, carpet padding, cushion, carpet cushion, underpad, rebond pad",
    "tack strip": "tack strip, tackstrip, tackless, tackless strip, tack",
    "vinyl": (
        "vinyl, vinyl floor, sheet goods, vinyl flooring, lvp, lvt, vinyl plank, vinyl plank "
        "flooring, luxury vinyl plank, sheet vinyl, linoleum, vct, vinyl tile, lvp flooring, "
        "luxury vinyl, vinyl composition tile, resilient flooring, lvp floor, luxury vinyl tile, "
        "lino, vinyl sheet"
    ),
    "laminate": (
        "laminate, floating laminate, laminate floor, laminate flooring, pergo, floating floor, "
        "laminate plank"
    ),
    "wood floor": (
        "wood floor, wood flooring, hardwood, hardwood floor, hardwood flooring, engineered "
        "hardwood, hwd, oak, maple, hickory, oak floor, oak flooring, engineered wood, parquet, "
        "engineered wood floor, oak hardwood, bamboo flooring, engineered floor, engineered "
        "flooring, plank flooring, engineered wood flooring, bamboo floor, hardwood plank, solid "
        "oak, wood plank"
    ),
    "tile": (
        "tile, tile floor, marble, marble floor, stone floor, slate floor, slate, limestone, "
        "granite floor, tile flooring, ceramic tile, floor tile, porcelain tile, ceramic, wall "
        "tile, tile wall, tile surround, tub surround tile, marble tile, stone tile, ceramic tile "
        "floor, ceramic floor, saltillo, travertine, porcelain, mosaic tile, tile backsplash"
    ),
    "backsplash": "backsplash, back splash",
    "subfloor": (
        "subfloor, sub floor, sub-floor, subflooring, plywood subfloor, osb subfloor, plywood, "
        "particle board, particleboard, plywood sub floor, sub-flooring"
    ),
    "underlayment": "underlayment, underlay, luan, lauan, felt paper, cork underlayment, foam underlayment",
    "concrete": "concrete, slab, concrete slab, concrete floor, slab floor",
    "floor coating": "floor coating, epoxy, epoxy floor, epoxy coating, epoxy floor coating",
    "floor": "floor, flooring, floor surface, floor covering",
    "threshold": "threshold, transition, transition strip, t-mold, reducer",
    "rug": "rug, area rug",
    "baseboard": (
        "baseboard, base board, base, bb, base trim, baseboard trim, skirting, skirting board, "
        "base molding, mopboard, base moulding, wood base, mdf base, mdf baseboard, baseboard "
        "molding, base and shoe"
    ),
    "cove base": "cove base, vinyl cove base, rubber base, vinyl base, rubber cove base, cove molding",
    "shoe molding": (
        "shoe molding, shoe, quarter round, shoe moulding, base shoe, qtr round, toe molding, quarter-round"
    ),
    "crown molding": "crown molding, crown, crown moulding",
    "trim": (
        "trim, casing, door casing, door trim, molding, moulding, trim work, millwork, chair "
        "rail, jamb, door jamb, architrave, picture rail"
    ),
    "window trim": "window trim, window casing, window sill, windowsill, window stool, sill, apron",
    "toe kick": "toe kick, toekick, toe-kick, kick plate, kickplate, toe board",
    "cabinet": (
        "cabinet, cab, base cabinet, base cab, upper cabinet, wall cabinet, lower cabinet, "
        "cabinetry, upper cab, lower cab, vanity cabinet, china cabinet, sink base, sink base "
        "cabinet, island cabinet, cupboard, filing cabinet, base unit, file cabinet, island"
    ),
    "countertop": (
        "countertop, counter top, counter, granite countertop, granite, quartz, laminate "
        "countertop, quartz countertop, granite top, laminate counter, butcher block, worktop, "
        "solid surface countertop, granite counter, quartz counter"
    ),
    "vanity": "vanity, vanity top",
    "toilet": "toilet, commode, wc, water closet, urinal",
    "sink": ("sink, pedestal sink, lavatory, lav, wash basin, utility sink, basin, bar sink, laundry tub"),
    "faucet": "faucet, tap",
    "tub": "tub, bathtub, bath tub, tub surround, jetted tub, soaking tub",
    "shower": (
        "shower, shower valve, shower pan, shower surround, shower door, shower base, shower "
        "glass, shower enclosure"
    ),
    "mirror": "mirror, medicine cabinet, wall mirror, vanity mirror",
    "towel bar": "towel bar, bath accessory, bath accessories, toilet paper holder, towel rack, towel ring",
    "plumbing": (
        "plumbing, pipe, supply line, p-trap, angle stop, drain line, water line, valve, shutoff "
        "valve, copper pipe"
    ),
    "refrigerator": "refrigerator, fridge, reefer",
    "freezer": "freezer, chest freezer",
    "dishwasher": "dishwasher, dw unit, d/w",
    "range": "range, stove, oven, cooktop, gas range, wall oven",
    "range hood": "range hood, hood, vent hood, microwave hood",
    "microwave": "microwave, microwave oven",
    "washer": "washer, washing machine, clothes washer",
    "dryer": "dryer, clothes dryer",
    "water heater": "water heater, hwh, hot water heater, hot water tank, wh",
    "furnace": "furnace, air handler, ahu, hvac unit, boiler, hvac, a/c unit, condenser, heat pump",
    "duct": (
        "duct, ductwork, hvac duct, duct work, register, vent, supply register, air duct, flex "
        "duct, hvac ductwork, grille"
    ),
    "radiator": "radiator, baseboard heater, rad",
    "light fixture": (
        "light fixture, light, recessed light, can light, fixture, ceiling fan, chandelier, light "
        "fitting, pendant, sconce, recessed can, vanity light, pendant light, fluorescent "
        "fixture, troffer, exhaust fan, bath fan"
    ),
    "outlet": (
        "outlet, receptacle, switch, outlet cover, cover plate, switch plate, gfci, electrical outlet"
    ),
    "wiring": "wiring, electrical wiring, romex, electrical, wire",
    "smoke detector": "smoke detector, smoke alarm, co detector",
    "thermostat": "thermostat",
    "door": (
        "door, interior door, closet door, entry door, door slab, bifold door, overhead door, "
        "pre-hung door, prehung door, bi-fold, bifold, french door, patio door, sliding door, "
        "pocket door, exterior door, hollow core door, door unit, barn door, front door, back "
        "door, bypass door, bi-fold door, storm door, sliding glass door, slider, cabinet door, "
        "fire door, hc door"
    ),
    "garage door": "garage door",
    "garage door opener": "garage door opener, door opener, opener",
    "window": "window, window pane, window unit, glass pane, sash, vinyl window, pane",
    "window screen": "window screen, insect screen, bug screen",
    "skylight": "skylight",
    "sump pump": "sump pump, sump, ejector pump",
    "sill plate": "sill plate, sole plate, mud sill, mudsill",
    "blind": (
        "blind, window blind, curtain, drape, shade, drapery, window treatment, mini blind, "
        "curtain rod, shutter"
    ),
    "hardware": "hardware, door hardware, hinge, lockset, door knob, doorknob",
    "shelving": (
        "shelving, shelf, shelves, closet shelving, wire shelving, closet organizer, closet "
        "shelf, closet system, bookshelf, bookcase, wire shelf, built-in shelving, racking, "
        "storage rack, built-in"
    ),
    "stairs": "stair, stairs, tread, stair tread, riser, staircase, stair nose",
    "handrail": "handrail, railing, banister, baluster, newel post",
    "fireplace": "fireplace, mantel, hearth, chimney, mantle",
    "access panel": "access panel",
    "floor panel": "floor panel, access floor panel, raised floor panel, raised floor, access floor",
    "contents": (
        "content, contents, furniture, belongings, personal property, personal item, household "
        "good, content item, boxes, personal belonging, furnishing, clothing, toys, box of "
        "contents, textile, merchandise, stock, store fixture"
    ),
    "desk": "desk, workstation, cubicle, cubicle panel",
    "bench": "bench, workbench, work bench",
    "mattress": "mattress, box spring, bed, bed frame, bunk bed",
    "sofa": "sofa, couch, loveseat, sectional, armchair, recliner",
    "table": "table, dining table, chair, pool table, coffee table",
    "dresser": "dresser, armoire, nightstand, wardrobe, chest of drawers, hutch",
    "piano": "piano",
    "television": "television, tv",
    "electronics": "electronic, electronics, computer, server rack",
    "roof": "roof, roofing, roof covering, roof deck, metal roof, flat roof, roof slope, roof section",
    "shingle": "shingle, asphalt shingle, roof shingle, comp shingle",
    "siding": "siding, vinyl siding, hardie siding, lap siding, aluminum siding, cladding",
    "gutter": "gutter, downspout",
    "soffit": "soffit, fascia, soffit and fascia",
    "stucco": "stucco",
    "brick": "brick, masonry, block wall, cmu, brick veneer, cinder block",
    "fence": "fence, fencing",
    "deck": "deck, deck board, decking, porch board",
    "shed": "shed, outbuilding",
    "tree": "tree, limb, branch, tree limb, tree branch",
    "pipe jack": "pipe jack, pipe boot, roof jack, vent boot, roof vent, turtle vent, ridge vent",
    "roofing felt": (
        "roofing felt, felt, tar paper, synthetic underlayment, roofing underlayment, ice and water shield, "
        "ice & water shield, ice and water barrier, starter strip, starter course"
    ),
    "ridge cap": "ridge cap, hip and ridge cap, ridge shingle",
    "solar panel": "solar panel, solar array",
    "satellite dish": "satellite dish",
    "screen door": "screen door",
    "garbage disposal": "garbage disposal, garbage disposer, disposer, food disposer",
    "flashing": "flashing, drip edge",
    "debris": (
        "debris, trash, dumpster, dumpster load, demo debris, wet debris, haul off, haul-off, "
        "dump run, dump fee, debris bag, rubble, rubbish, demolition debris, dumpster rental, "
        "roll-off"
    ),
    "water": "water, standing water, flood water",
    "monitoring": (
        "monitoring, equipment monitoring, drying monitoring, moisture monitoring, monitoring "
        "visit, equipment check, daily monitoring, moisture check"
    ),
    "containment": (
        "containment, containment barrier, plastic sheeting, plastic, zip wall, zipwall, zipper "
        "door, poly, critical barrier, containment chamber, poly sheeting, zipper, decon chamber, "
        "containment wall, 6 mil poly, plastic barrier, zip pole"
    ),
    "floor protection": "floor protection, ram board, floor protector, protective covering",
    "asbestos": "asbestos, asbestos sample, acm, acm sample, asbestos test, asbestos testing",
    "lead": "lead paint, lead test, lead sample",
    "air quality": (
        "air quality, air sample, mold sample, clearance test, post remediation verification, "
        "prv, clearance testing, air quality test, swab, tape lift, air quality sample, mold test"
    ),
    "antimicrobial": (
        "antimicrobial, anti-microbial, amb, biocide, disinfectant, mildewcide, microban, "
        "benefect, sporicidin, antimicrobial agent, anti microbial, sanitizer, antimicrobial "
        "application, fungicide, botanical disinfectant, shockwave, germicide, antimicrobial "
        "spray, concrobium, bleach solution, antibacterial, antimic, antimicrob, anti-mic, antimicro"
    ),
    "sealer": (
        "sealer, sealant, smoke blocker, encapsulant, encapsulation, primer, kilz, odor sealer, "
        "smoke sealer, odor blocking primer, stain blocker, odor block primer, shellac, "
        "stain-blocking primer, mold sealer, fiberlock"
    ),
    "ozone": "ozone, ozone treatment, ozone generator, ozone machine",
    "hydroxyl generator": "hydroxyl generator, hydroxyl, hydroxyl machine, hydroxyl unit",
    "thermal fogging": "thermal fogging, thermal fog, fogging, fog, thermal fogger",
    "paint": (
        "paint, wall paint, coat of paint, painting, exterior paint, interior paint, touch-up "
        "paint, coats of paint, paint job"
    ),
    "mold": "mold, mould, growth, microbial growth, mold growth, visible growth, mold remediation",
    "soot": "soot, smoke residue, soot residue",
}

EQUIPMENT: dict[str, str] = {
    "air mover": (
        "air mover, am, air mvr, airmvr, airmover unit, airmover, fan, axial, axial fan, "
        "centrifugal, drying fan, blower, air mover unit, carpet fan, axial air mover, snail fan, "
        "a/m, low profile air mover, velo"
    ),
    "dehumidifier": (
        "dehumidifier, dehu, dh, dhu, lgr, lgr dehu, lgr dehumidifier, large dehumidifier, dehum, "
        "xl dehumidifier, desiccant, desiccant dehumidifier, large dehu, xl dehu, dhm, "
        "dehumidifier unit, phoenix, conventional dehumidifier, lgr unit"
    ),
    "air scrubber": (
        "air scrubber, scrubber, hepa, hepa unit, negative air machine, afd, nam, neg air, "
        "negative air, air filtration device, hepa air scrubber, negative air fan, hepa filter "
        "unit, hepa scrubber, neg air machine, naf, negative air scrubber, hepa machine"
    ),
    "drying mat": (
        "drying mat, floor mat, floor drying mat, floor drying system, injectidry, rescue mat, "
        "mat system, floor drying panel, hardwood mat, mat, floor mat system, floor drying mat "
        "system, injectidry mat, drying panel"
    ),
    "wall cavity drying system": (
        "wall cavity drying system, wall drying system, cavity drying system, wall injection "
        "system, tes, injection system, cavity dryer, injectidry system, wall injector, wall "
        "cavity dryer"
    ),
    "heater": "heater, space heater, electric heater, heat drying, drying heater",
}

AGENTS = frozenset({"antimicrobial", "sealer", "ozone", "hydroxyl generator", "thermal fogging"})
"""Agents of a treatment: each is the description of an item, whatever it is used on."""
FURNITURE = frozenset({"contents", "mattress", "sofa", "table", "dresser", "piano", "television"})
"""Contents that are moved and put back, not detached and reset."""
THROUGHOUT = frozenset({"duct"})
"""Materials that run through all rooms: without a room in its own line, work on it is the building's."""
EXTERIOR = frozenset({
    "roof", "shingle", "siding", "gutter", "soffit", "stucco", "fence", "deck", "shed", "tree", "flashing",
    "roofing felt", "ridge cap", "solar panel", "satellite dish",
    "sheathing",
})  # fmt: skip
"""Materials outside of every room."""
CONDITIONS = frozenset({"mold", "soot", "water", "asbestos"})
"""Conditions, not materials: they are removed or cleaned from one."""
LINEAR = frozenset({
    "baseboard", "cove base", "shoe molding", "crown molding", "trim", "tack strip", "toe kick",
    "countertop", "cabinet", "gutter", "window trim", "handrail", "framing", "fence", "drywall",
    "flood cut",
})  # fmt: skip
"""Materials measured along walls: a length of them is a quantity."""
SURFACES = frozenset({
    "roofing felt",
    "drywall", "plaster", "paneling", "wainscoting", "wallpaper", "texture", "insulation", "vapor barrier",
    "backer board", "sheathing", "carpet", "carpet pad", "tack strip", "vinyl", "laminate", "wood floor",
    "tile", "subfloor", "underlayment", "concrete", "floor coating", "floor", "baseboard", "cove base",
    "shoe molding", "crown molding", "toe kick", "paint", "siding", "roof", "shingle", "stucco",
    "antimicrobial", "sealer", "water", "wiring", "soot", "mold", "framing", "backsplash", "wall",
    "ceiling",
})  # fmt: skip
"""Nobody counts them: "2 drywall" is no quantity."""
COVERINGS = frozenset({"carpet", "carpet pad", "vinyl", "laminate", "wood floor", "tile"})
"""Floors have areas: "forty five feet of vinyl" are square feet."""
TESTS = frozenset({"asbestos", "lead", "air quality"})
_PAIRS = frozenset({frozenset({"carpet", "carpet pad"}), frozenset({"carpet", "underlayment"})})
DEFAULT_ACTIVITY: dict[str, Activity] = {
    **dict.fromkeys(EQUIPMENT, Activity.DRY),
    **dict.fromkeys(AGENTS, Activity.TREAT),
    **dict.fromkeys(TESTS, Activity.TEST),
    "containment": Activity.PROTECT,
    "floor protection": Activity.PROTECT,
    "debris": Activity.DISPOSE,
    "monitoring": Activity.MONITOR,
    "flood cut": Activity.REMOVE,
}
"""The activity of what is used rather than worked on, whatever the verb."""
PLACING = frozenset({
    "set", "placed", "place", "running", "installed", "applied", "erected", "added", "hung", "deployed", "ran",
    "put", "built", "used", "sprayed", "up", "setup", "taken", "collected",
})  # fmt: skip
"""Verbs and states of equipment: they say nothing about the activity, which is to dry."""


@cache
def gazetteer() -> Gazetteer[str]:
    return Gazetteer(
        (phrase, name)
        for table in (MATERIALS, EQUIPMENT)
        for name, phrases in table.items()
        for phrase in phrases.split(",")
    )


def description(text: str) -> str:
    """The description that names the material, object or equipment in a few words; the words if it is not known."""
    return gazetteer().name(text) or " ".join(text.lower().split())


def are_pair(first: str, other: str) -> bool:
    """Whether two materials lie on each other, and so have one area: carpet and its pad."""
    return frozenset({first, other}) in _PAIRS
