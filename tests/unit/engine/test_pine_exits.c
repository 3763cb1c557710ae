/* SPDX-License-Identifier: MIT */
/* Pine orders: strategy.exit, rule by rule (section 6.9 of the semantics), and the magnifier (13.1). */
#include <stdlib.h>

#include "unit/engine/pine_case.h"

#define B0   "100 101 99 100;"
#define FLAT "100 100.5 99.5 100;"

/* clang-format off */
static const pine_case binding[] = {
    {"an entry keeps its slot until its own exit is spent", "max_entries=2", B0 FLAT FLAT "100 104 99.5 103;" FLAT FLAT FLAT,
     "0 entry A long 1; 1 entry B long 1; 2 exit XB B limit=103; 3 entry C long 1; 4 entry D long 1; 5 close B",
     "L 1 1@100 3@103 XB; L 1 2@100 open; L 1 4@100 open"},
    {"close settles what is bound, whatever lots went before", "max_entries=2", B0 FLAT FLAT "100 104 99.5 103;" FLAT,
     "0 entry A long 1; 1 entry B long 2; 2 exit XB B limit=103; 3 close A",
     "L 1 1@100 3@103 XB; L 1 2@100 3@103 XB; L 1 2@100 4@100 Close entry(s) order A"},
    {"a later entry of its id gets a leg of its own, from its own fill", "max_entries=2", B0 FLAT FLAT "101 102 100 101;" "101 103.5 100 103;" "103 106 103 105;",
     "0 entry L long 1; 1 exit X L profit=300; 2 entry L long 3", "L 1 1@100 4@103 X; L 3 3@101 5@104 X"},
    {"... on its own bar already", "max_entries=2", B0 FLAT FLAT "101 102 98 99;", "0 entry L long 1; 1 exit X L loss=200; 2 entry L long 3", "L 1 1@100 3@99 X; L 2 3@101 3@99 X; L 1 3@101 3@98 X"},
    {"... and none of what has been spent", "max_entries=2", B0 FLAT "100 104 99.5 103;" FLAT "100 106 99 105;", "0 entry L long 1; 1 exit X L profit=300; 3 entry L long 3", "L 1 1@100 2@103 X; L 3 4@100 open"},
    {"... nor for another id", "max_entries=2", B0 FLAT FLAT "100 106 99 105;", "0 entry L long 1; 1 exit X L profit=300; 1 entry M long 3", "L 1 1@100 3@103 X; L 3 2@100 open"},
    {"one leg per entry without from_entry", "max_entries=2", B0 FLAT FLAT "100 104 99.5 103",
     "0 entry A long 1; 1 entry B long 2; 2 exit X * profit=300", "L 1 1@100 3@103 X; L 2 2@100 3@103 X"},
    {"ignored without a position or an entry to come", "", B0 FLAT "100 100 90 91", "0 exit X L stop=95; 0 exit Y * stop=95; 1 entry L long 1", "L 1 2@100 open"},
    {"without from_entry the opposite leg of a pending reversal gets none", "", B0 FLAT "100 108 99 107", "0 entry L long 1; 1 entry S short 1; 1 exit X * stop=105",
     "L 1 1@100 2@100 S; S 1 2@100 open"},
    {"with from_entry it does", "", B0 FLAT "100 108 99 107", "0 entry L long 1; 1 entry S short 1; 1 exit X S stop=105", "L 1 1@100 2@100 S; S 1 2@100 2@105 X"},
    {"an entry the cap will refuse is none to come", "", B0 FLAT FLAT "100 100 95 96", "0 entry L long 1; 1 entry L long 1; 1 exit X L stop=97",
     "L 1 1@100 3@97 X"},
};

static const pine_case quantities[] = {
    {"a share of the entry's original size, the rest for the rest", "", B0 FLAT "100 103 99 102; 102 102 90 91",
     "0 entry L long 2; 1 exit H L qty_percent=50 limit=102; 1 exit R L stop=95; 2 exit H L qty_percent=50 limit=110; 2 exit R L stop=95",
     "L 1 1@100 2@102 H; L 1 1@100 3@95 R"},
    {"first come, first served", "", B0 FLAT "100 103 99 102; 102 106 102 105", "0 entry L long 3; 1 exit A L qty=2 limit=105; 1 exit B L qty=2 limit=102", "L 1 1@100 2@102 B; L 2 1@100 3@105 A"},
    {"what fired is spent for the life of its entry", "", B0 FLAT "100 103 99 102; 102 106 102 105", "0 entry L long 2; 1 exit X L qty=1 limit=102; 2 exit X L qty=1 limit=105",
     "L 1 1@100 2@102 X; L 1 1@100 open"},
    {"stops at one level all fill, also where the bar turns at that level", "", B0 FLAT "100 101 95 98", "0 entry L long 3; 1 exit A L qty=1 stop=95; 1 exit B L qty=1 stop=95; 1 exit C L stop=95",
     "L 1 1@100 2@95 A; L 1 1@100 2@95 B; L 1 1@100 2@95 C"},
    {"... and targets", "", B0 FLAT "100 105 99 104", "0 entry L long 2; 1 exit A L qty=1 limit=105; 1 exit B L limit=105", "L 1 1@100 2@105 A; L 1 1@100 2@105 B"},
    {"a new entry starts afresh", "", B0 FLAT "100 103 99 102; 102 106 102 105; 105 109 105 108",
     "0 entry L long 1; 1 exit X L limit=102; 2 entry L long 1; 2 exit X L limit=107", "L 1 1@100 2@102 X; L 1 3@102 4@107 X"},
    {"two halves of an odd lot leave dust", "", B0 FLAT "100 106 99 105; 105 105 105 105", "0 entry L long 0.0003; 1 exit A L qty_percent=50 limit=102; 1 exit B L qty_percent=50 limit=104",
     "L 0.0001 1@100 2@102 A; L 0.0001 1@100 2@104 B; L 0.0001 1@100 open"},
    {"a share that is a whole number of steps is not a step less", "", B0 FLAT "100 106 99 105; 105 105 105 105", "0 entry L long 6.3352; 1 exit A L qty_percent=50 limit=102; 1 exit B L limit=104",
     "L 3.1676 1@100 2@102 A; L 3.1676 1@100 2@104 B"},
    {"a share below one step is one", "", B0 FLAT "100 106 99 105; 105 105 105 105", "0 entry L long 0.0050; 1 exit A L qty_percent=1 limit=102", "L 0.0001 1@100 2@102 A; L 0.0049 1@100 open"},
    {"a rest leg grows with its entry", "", B0 FLAT "100 100 94 95; 95 101 95 100", "0 entry L long 3; 1 entry S short 1 stop=96; 1 close L; 1 exit X S limit=94.5",
     "L 3 1@100 2@100 Close entry(s) order L; S 4 2@96 2@94.5 X"},
};

static const pine_case levels[] = {
    {"distances count ticks from the entry's own fill", "", B0 "101 102 99 101; 101 104 101 103", "0 entry L long 1; 0 exit X L profit=250 loss=300", "L 1 1@101 2@103.5 X"},
    {"of two targets the nearer", "", B0 "100 106 99.5 105", "0 entry L long 1; 0 exit X L profit=250 limit=104", "L 1 1@100 1@102.5 X"},
    {"of two stops the nearer", "", B0 "100 100.5 90 91", "0 entry L long 1; 0 exit X L loss=250 stop=96", "L 1 1@100 1@97.5 X"},
    {"a call without a price does nothing, and cancels nothing", "", B0 FLAT FLAT "100 100 90 91", "0 entry L long 1; 1 exit X L stop=95; 2 exit X L", "L 1 1@100 3@95 X"},
    {"issuing again moves the level", "", B0 FLAT FLAT "100 100 90 91", "0 entry L long 1; 1 exit X L stop=95; 2 exit X L stop=97", "L 1 1@100 3@97 X"},
    {"... else the comment of all, else the id", "", B0 "100 106 99 105; 105 105 105 105", "0 entry L long 2; 0 exit X L qty=1 limit=103 comment=both loss_comment=sl; 0 exit Y L limit=104 loss_comment=sl", "L 1 1@100 1@103 both; L 1 1@100 1@104 Y"},
    {"comments by what fired", "", B0 "100 100.5 90 91", "0 entry L long 1; 0 exit X L stop=95 comment=both loss_comment=sl", "L 1 1@100 1@95 sl"},
};

static const pine_case life[] = {
    {"with a market entry: the whole of its bar", "", B0 "100 103 95 96", "0 entry L long 1; 0 exit X L stop=97", "L 1 1@100 1@97 X"},
    {"after the fill: from the next bar", "", B0 "100 103 95 96; 96 97 94 95", "0 entry L long 1; 1 exit X L stop=95.5", "L 1 1@100 2@95.5 X"},
    {"survives the flat moment inside a reversal", "", B0 FLAT "100 106 99 105", "0 entry L long 1; 1 entry S short 1; 1 exit X S stop=105.5", "L 1 1@100 2@100 S; S 1 2@100 2@105.5 X"},
    {"a level on the wrong side of an intrabar entry sleeps on that bar", "", B0 "100 106 98 99; 99 100 98 99", "0 entry L long 1 stop=102; 0 exit X L stop=104", "L 1 1@102 2@99 X"},
    {"... a target too", "", B0 "100 103 96 102; 102 103 101 102", "0 entry L long 1 stop=102; 0 exit X L limit=101", "L 1 1@102 2@102 X"},
    {"a reversal takes the old bracket along", "", B0 FLAT FLAT "100 100 80 81", "0 entry L long 1; 0 exit X L stop=85; 1 entry S short 1", "L 1 1@100 2@100 S; S 1 2@100 open"},
    {"a bracket that stood under the id of the reversing entry acts at that open", "", B0 FLAT FLAT FLAT, "0 entry E long 1; 0 exit X E stop=95 limit=110; 1 entry E short 1",
     "L 1 1@100 2@100 E; S 1 2@100 2@100 X"},
    {"... or not at all", "", B0 FLAT "94 97 93 96; 96 97 95 96", "0 entry E long 1; 0 exit X E stop=95; 1 entry E short 1", "L 1 1@100 2@94 E; S 1 2@94 open"},
    {"an exit stop and a reversing stop that one open passes both fill", "", B0 FLAT "90 91 89 90;" "90 90 90 90",
     "0 entry L long 2; 1 exit X L stop=95; 1 entry S short 1 stop=94", "L 2 1@100 2@90 S; S 1 2@90 open; S 2 2@90 open"},
    {"... the entry first, whatever their levels", "", B0 FLAT "90 91 89 90;" "90 90 90 90",
     "0 entry L long 2; 1 exit X L stop=94; 1 entry S short 1 stop=95", "L 2 1@100 2@90 S; S 1 2@90 open; S 2 2@90 open"},
    {"at one open a stop covers a short before the next short of its id", "", B0 FLAT "103 104 102 103", "0 entry S short 1; 1 exit X S stop=102; 1 entry S short 1",
     "S 1 1@100 2@103 X; S 1 2@103 open"},
    {"... and a long is added to, or not, before its stop sells", "", B0 FLAT "97 98 96 97", "0 entry L long 1; 1 exit X L stop=98; 1 entry L long 1", "L 1 1@100 2@97 X"},
    {"... and a limit after both: the next short finds no room", "", B0 FLAT "97 98 96 97", "0 entry S short 1; 1 exit X S limit=98; 1 entry S short 1", "S 1 1@100 2@97 X"},
    {"... nor the next long", "", B0 FLAT "103 104 102 103", "0 entry L long 1; 1 exit X L limit=102; 1 entry L long 1", "L 1 1@100 2@103 X"},
    {"a target passed by the open fills at the open", "", B0 FLAT "103 104 102 103", "0 entry L long 1; 1 exit X L limit=102", "L 1 1@100 2@103 X"},
    {"an exit passes on to a long of its id that waits when the entry is closed", "", B0 FLAT "100 101 94 96", "0 entry L long 1; 1 exit X L stop=95; 1 close L; 1 entry L long 1",
     "L 1 1@100 2@100 Close entry(s) order L; L 1 2@100 2@95 X"},
    {"... not to a short", "", B0 FLAT "100 106 99 104", "0 entry S short 1; 1 exit X S stop=105; 1 close S; 1 entry S short 1", "S 1 1@100 2@100 Close entry(s) order S; S 1 2@100 open"},
    {"... nor when an exit of its own ended the entry", "max_entries=2", B0 FLAT "100 109 99 108", "0 entry L long 1; 1 entry L long 1 stop=105; 1 exit X L profit=300", "L 1 1@100 2@103 X; L 1 2@105 open"},
    {"first reached inside the bar, the exit goes with its entry", "", B0 FLAT "100 100 90 91", "0 entry L long 2; 1 exit X L stop=94; 1 entry S short 1 stop=95",
     "L 2 1@100 2@95 S; S 1 2@95 open"},
};

static const pine_case trailing[] = {
    {"arms at the activation, follows, fills on the way back", "", B0 FLAT "100 106 99 105; 105 105 100 101", "0 entry L long 1; 1 exit X L points=200 offset=150", "L 1 1@100 3@104.5 X"},
    {"in one bar when the path goes that way", "", B0 FLAT "100 106 97 98", "0 entry L long 1; 1 exit X L points=200 offset=150", "L 1 1@100 2@104.5 X"},
    {"shorts mirrored", "", B0 FLAT "100 101 94 95; 95 99 95 98", "0 entry S short 1; 1 exit X S points=200 offset=150", "S 1 1@100 3@95.5 X"},
    {"the issue bar's range does not count", "", B0 "100 108 99.5 101; 101 101.5 100.5 101; 101 101.5 100 100.5", "0 entry L long 1; 1 exit X L points=300 offset=100", "L 1 1@100 open"},
    {"issued with its entry it starts at the fill", "", B0 "100 108 99.5 101", "0 entry L long 1; 0 exit X L points=300 offset=100", "L 1 1@100 1@107 X"},
    {"the same again keeps the state", "", B0 FLAT "100 106 99 105; 105 105 100 101", "0 entry L long 1; 1 exit X L points=200 offset=150; 2 exit X L points=200 offset=150", "L 1 1@100 3@104.5 X"},
    {"changed parameters start anew at the next open", "", B0 FLAT "100 106 99 105.5; 103 103.5 100 101", "0 entry L long 1; 1 exit X L points=200 offset=150; 2 exit X L points=400 offset=150", "L 1 1@100 open"},
    {"no offset: exits at the activation", "", B0 FLAT "100 106 99 105", "0 entry L long 1; 1 exit X L points=200", "L 1 1@100 2@102 X"},
    {"no offset beside a target and a stop", "", B0 FLAT "100 106 99 105", "0 entry L long 1; 1 exit X L points=200 limit=104 stop=90 trail_comment=tr", "L 1 1@100 2@102 tr"},
    {"no offset: or at the open beyond it", "", B0 FLAT "104 106 103 105", "0 entry L long 1; 1 exit X L points=200", "L 1 1@100 2@104 X"},
    {"no offset, asked for anew: an old peak is enough", "", B0 FLAT "100 103 99 102; 101 101 100.5 101", "0 entry L long 1; 1 exit X L points=400; 2 exit X L points=250", "L 1 1@100 3@101 X"},
    {"offset zero is not armed by an old peak", "", B0 FLAT "100 103 99 102; 101 101 100.5 101", "0 entry L long 1; 1 exit X L points=400 offset=0; 1 order Z long 1; 2 exit X L points=250 offset=0", "L 1 1@100 open; L 1 2@100 open"},
    {"a fraction of ticks rounds away from the entry", "", B0 FLAT "100 100.25 99 100; 100 100.3 99.9 100.3", "0 entry L long 1; 1 exit X L points=10.4", "L 1 1@100 2@100.11 X"},
    {"offsets count whole ticks", "", B0 FLAT "100 106 99 105; 105 105 100 101", "0 entry L long 1; 1 exit X L points=200 offset=150.9", "L 1 1@100 3@104.5 X"},
    {"a price arms as well", "", B0 FLAT "100 106 99 105; 105 105 100 101", "0 entry L long 1; 1 exit X L tprice=105 offset=100", "L 1 1@100 2@105 X"},
    {"a long's price between two ticks arms at the lower", "", B0 FLAT "100 105 99 104; 104 104 100 101", "0 entry L long 1; 1 exit X L tprice=105.004 offset=100", "L 1 1@100 2@104 X"},
    {"a short's at the upper", "", B0 FLAT "100 101 95 96; 96 99 95 98", "0 entry S short 1; 1 exit X S tprice=94.996 offset=100", "S 1 1@100 2@96 X"},
    {"a gap through the trail fills at the open", "", B0 FLAT "100 106 99 105; 102 103 101 102", "0 entry L long 1; 1 exit X L points=200 offset=150", "L 1 1@100 3@102 X"},
    {"the target in the same stretch comes first", "", B0 FLAT "100 106 99 105", "0 entry L long 1; 1 exit X L points=200 offset=50 limit=103 profit_comment=tp", "L 1 1@100 2@103 tp"},
    {"the trail at the price of the target comes first", "", B0 FLAT "100 106 99 105", "0 entry L long 1; 1 exit X L points=300 offset=0 limit=103 profit_comment=tp trail_comment=tr", "L 1 1@100 2@103 tr"},
    {"a hard stop at the price of the trail comes first", "", B0 FLAT "103 106 95 96", "0 entry L long 1; 1 exit X L points=200 offset=400 stop=102 loss_comment=sl trail_comment=tr", "L 1 1@100 2@102 sl"},
    {"a hard stop above the trail comes first", "", B0 FLAT "104 106 95 96", "0 entry L long 1; 1 exit X L points=200 offset=400 stop=103 loss_comment=sl", "L 1 1@100 2@103 sl"},
};

/* Chart bars of four hours, finer ones of one. */
static const pine_case magnifier[] = {
    {"finer bars are for those who ask", "", B0 "100 106 95 101", "0 entry L long 1; 0 exit X L stop=96 limit=105 loss_comment=sl profit_comment=tp", "L 1 1@100 1@96 sl",
     .sub = "100 101 99 100; 100 101 99 100; 100 101 99 100; 100 101 99 100; 100 106 99 105; 105 105 95 96; 96 97 95 96; 96 101 96 101"},
    {"without finer bars the four-point path", "magnifier=on", B0 "100 106 95 101", "0 entry L long 1; 0 exit X L stop=96 limit=105 loss_comment=sl profit_comment=tp", "L 1 1@100 1@96 sl"},
    {"finer bars decide what came first", "magnifier=on", B0 "100 106 95 101", "0 entry L long 1; 0 exit X L stop=96 limit=105 loss_comment=sl profit_comment=tp", "L 1 1@100 1@105 tp",
     .sub = "100 101 99 100; 100 101 99 100; 100 101 99 100; 100 101 99 100; 100 106 99 105; 105 105 95 96; 96 97 95 96; 96 101 96 101"},
    {"every finer open is a gap", "magnifier=on", B0 "100 106 95 101", "0 entry L long 1; 0 exit X L stop=98", "L 1 1@100 1@97 X",
     .sub = "100 101 99 100; 100 101 99 100; 100 101 99 100; 100 101 99 100; 100 106 99 105; 97 98 95 96; 96 97 95 96; 96 101 96 101"},
    {"finer bars that are not those of the chart bar are not used", "magnifier=on", B0 "100 106 95 101", "0 entry L long 1; 0 exit X L stop=96 limit=105 loss_comment=sl profit_comment=tp", "L 1 1@100 1@96 sl",
     .sub = "100 101 99 100; 100 101 99 100; 100 101 99 100; 100 101 99 100; 100 106 99 105; 105 105 99 99; 99 99 99 99; 99 101 99 101"},
};
/* clang-format on */

#define TABLE(name)                                                                                \
    static void rules_##name(void **state)                                                         \
    {                                                                                              \
        (void)state;                                                                               \
        PINE_CHECK_ALL(name);                                                                      \
    }
TABLE(binding)
TABLE(quantities)
TABLE(levels)
TABLE(life)
TABLE(trailing)
TABLE(magnifier)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_binding),  cmocka_unit_test(rules_quantities),
        cmocka_unit_test(rules_levels),   cmocka_unit_test(rules_life),
        cmocka_unit_test(rules_trailing), cmocka_unit_test(rules_magnifier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
