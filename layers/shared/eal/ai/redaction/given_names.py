"""Given names that are common in North America and are neither words nor places."""

from __future__ import annotations

from functools import cache

_NAMES = """
aaron abby abdul abdullah abigail abraham ada adam adan adela adele adrian adriana adrienne agnes ahmad ahmed aida
aidan aiden aileen aimee aisha alan alana albert alberto alec alejandra alejandro alex alexa alexander alexandra
alexis alfonso alfred alfredo ali alice alicia alisha alison allan allen allison alma alonzo alphonse alton alvin
alyssa amanda amelia amina amir amos amy ana andrea andreas andres andrew andy angel angela angelica angelina angelo
angie anita ann anna anne annette annie anthony antoine antonia antonio anwar archie ariana ariel arlene armando
arnold arthur arturo asha ashley astrid audrey augustus ava avery barb barbara barry bart beatrice beatriz becca becky
belinda ben benito benjamin bennie bernadette bernard bernice bernie bert bertha bessie beth bethany betsy betty
beulah beverly bianca billie billy blaine blake blanca bob bobbie bobby bonnie brad bradley brady brandi brandon
brandy brenda brendan brent bret brett brian briana brianna bridget brittany bruce bruno bryan bryce byron caitlin
caleb callie calvin cameron camila camille candace candice carla carlos carlton carmela carmen carol carole caroline
carolyn carrie carroll carson casey cassandra cassie catalina catherine cathy cecelia cecil cecilia cedric celeste
celia cesar chad charlene charles charlie chelsea cherie cheryl chester chloe chris christian christina christine
christopher christy chuck cindy claire clara clarence clarissa claude claudette claudia claudine clayton clifford
clifton clint clyde cody colby colin colleen connie connor conrad consuelo corey corinne cory courtney craig cristina
crystal curt curtis cynthia daisy damian damon dan dana daniel daniela danielle danny daphne darius darla darlene
darrell darren darryl dave david deanna deb debbie debora deborah debra deepak deidre delbert delia della deloris
denise dennis derek derrick desiree desmond devin devon dewayne dexter diana diane dianne diego dino dolores dominic
dominique don donald donna donnie dora doreen doris dorothea dorothy doug douglas duane dustin dwayne dwight dylan
earl earlene earnest ebony eddie edgar edith edmund edna eduardo edward edwin eileen elaine eleanor elena eli elias
elijah elisa elise eliza elizabeth ella ellen elliott elmer eloise elsa elsie elvira elvis emanuel emil emilia emilio
emily emma emmanuel emmett enrique eric erica erick erik erika erin erma ernest ernestine ernesto ernie esmeralda
esperanza esteban estelle esther ethan ethel eunice eva evan evelyn ezra fatima federico felicia felipe felix fernando
fidel fiona floyd frances francesca francine francis francisco franklin fred freda freddie frederic frederick gabe
gabriel gabriela gail garrett gary gavin genevieve geoffrey george georgina gerald geraldine gerard gerry gertrude
gilbert gilberto gina ginger giovanni gladys glenda glenn gloria gordon greg gregg gregory greta gretchen guadalupe
guillermo gus gustavo gwen gwendolyn hank hannah hans harold harriet harry harvey hassan hattie hazel heather hector
heidi helen henrietta henry herbert herman hilda hiram hollis homer horace howard hubert hugh hugo ian ibrahim ida
ignacio imani imelda imogen inez ingrid ira irene irina irma irving isaac isabel isabella isaiah ismael israel ivan
jackie jacob jacqueline jada jaime jake jamal james jamie jan jana jane janelle janet janice janie jared jasmin
jasmine jason javier jay jayden jean jeanette jeanne jeannie jeff jeffery jeffrey jen jenna jennie jennifer jenny
jeremiah jeremy jermaine jerome jerry jess jesse jessica jessie jesus jesús jill jillian jim jimmie jimmy jo joan
joann joanna joanne jodi jody joe joel joey johanna john johnnie johnny jon jonah jonas jonathan jordan jorge jose
josefina joseph josephine josh joshua josie josé joyce juan juana juanita judith judy jules julia julian juliana julie
juliet julio julius justin kaitlyn karen kari karin karina karl karla kate katelyn katherine kathleen kathryn kathy
katie katrina kay kayla keisha keith kelli kellie kelly kelvin ken kendra kenneth kenny kent kerry kevin khalid kim
kimberly kirk kirsten kristen kristi kristin kristina kristine kristy krystal kurt kwame kyle lakisha lamar lana larry
latasha latisha latoya laura lauren laurence laurie lavonne lawrence leah leann leanne lee leigh leila leland lena
lenny leo leon leona leonard leonardo leroy leslie lester leticia levi lewis liam lila lillian lillie linda lindsay
lindsey lionel lisa liz liza lloyd lois lola lonnie lora lorena lorenzo loretta lori lorna lorraine louie louis louisa
louise lourdes lucas lucia lucille lucinda lucy luis luisa luke lupe luther luz lydia lyle lynda lynette lynn mabel
mable mack mackenzie maggie mahmoud malcolm mallory mamie mandy manny manuel manuela marc marcel marcella marcia marco
marcos marcus marcy margaret margarita margie margo marguerite maria marian marianne maribel maricela marie marilyn
mario marion marisa marisol marissa marjorie marla marlene marlon marsha marta martha martin martina marvin mary
marybeth mateo matt matthew mattie maureen maurice mavis max maxine maya megan mei melanie melba melinda melissa
melvin meredith micah michael michaela micheal michele michelle miguel mikayla mike mila mildred miles milton mindy
minh minnie miranda miriam mitch mitchell mohamed mohammed moises molly mona monica monique morgan morris moses
muhammad muriel myra myrna myron myrtle nadia nadine nancy naomi natalia natalie natasha nathan nathaniel neal neil
nellie nelson nettie nguyet nicholas nichole nick nicolas nicole nigel nikki nina noah noel noemi nora noreen norma
octavia olga olive oliver olivia ollie omar opal ophelia orville oscar osvaldo otis owen pablo paige pamela patrice
patricia patrick patsy patti patty paul paula paulette pauline pedro peggy percy pete peter petra phil philip phillip
phoebe phyllis polly preston priscilla priya quentin quincy rachel rafael ralph ramiro ramon ramona randall randi
randy raquel rashad rashid raul raymond rebecca regina reginald renata rene renee rex rhoda rhonda ricardo richard
rick rickey ricky rita rob robert roberta roberto robin robyn rochelle rod roderick rodney rodolfo rodrigo rogelio
roger roland rolando roman ron ronald ronda ronnie roosevelt rosa rosalie rosalind rosario roscoe roseann rosemary
rosetta rosie ross roxanne ruben ruby rudolph rudy rufus russ russell ruth ryan sabrina sadie sally salvador salvatore
sam samantha sammy samuel sandra sandy sanjay santiago sara sarah sasha saul scott sean sebastian selena selma serena
sergio seth shane shanice shannon shari sharon shaun shawn shawna sheila shelby sheldon shelia shelley shelly sheri
sherri sherry sheryl shirley sidney simon simone siobhan sofia sonia sonya sophia sophie spencer stacey stacy stan
stanley stella stephanie stephen steve steven stewart stuart susan susanna susie suzanne sven sybil sylvia tabitha
tamara tameka tami tamika tammy tania tanisha tanya tara tasha tatiana taylor ted teresa teri terrance terrell
terrence terri terry tessa thaddeus thelma theodore theresa thomas thuy tiffany tim timothy tina toby todd tom tomas
tommie tommy toni tonia tony tonya tracey traci tracie tracy travis trent trevor tricia trisha tristan trudy tyrone
ulysses valerie vanessa vernon veronica vicente vicki vickie vicky victor vijay vincent vinny viola violet vivian
vladimir wade wallace walter wanda warren wayne wendell wendy wes wesley whitney wilbert wilbur wilfred willard
william willie willis wilma winifred winston xavier xiomara yasmin yesenia yolanda yvette yvonne zachary zack zainab
zoe zoey
"""
_ALSO_WORDS = frozenset(
    """
    ada ali ana angel ann ava avery barb bart ben bert bob bret chad clint cody crystal curt daisy dan dexter don
    earnest ebony gail ginger gus hazel ida ira israel jan jay jean jess jo jordan josh kay ken kent lamar lana lee
    lena leon luz mack marco mario max mei miles minnie morgan nelson olive opal pedro preston quincy rex rob rod
    roman ron roosevelt rosario ross ruby salvador sandy santiago scott stella taylor ted tim tom trent vernon
    victor viola violet wade wallace warren wayne whitney winston
    """.split()  # noqa: SIM905 - a word a line would be a page
)


@cache
def given_names() -> frozenset[str]:
    """The names, in lower case."""
    return frozenset(_NAMES.split())


@cache
def certain() -> frozenset[str]:
    """The names that are names in text without capitals, too."""
    return given_names() - _ALSO_WORDS
