/* SPDX-License-Identifier: MIT */
/* Pine orders, rule by rule: queue, path, fill prices, reversals, closes (sections 6.1 to 6.8, 6.10 to
 * 6.12 of the semantics). Bar 0 is where the script first decides. */
#include "unit/engine/pine_case.h"

#define B0   "100 101 99 100;"
#define FLAT "100 100.5 99.5 100;"

/* clang-format off */
static const pine_case placement[] = {
    {"a market order fills at the next open", "", B0 "102 104 101 103", "0 entry L long 1", "L 1 1@102 open"},
    {"orders of the last bar never fill", "", B0 "102 103 101 102", "1 entry L long 1", ""},
    {"before the trade start nothing fills; the bar before it places orders", "max_entries=9", B0 FLAT FLAT FLAT, "0 entry A long 1; 1 entry B long 2", "L 2 2@100 open", .from = 2},
    {"... where orders fill at their close, the first bar does", "max_entries=9 fill=close delay=0", B0 FLAT FLAT FLAT, "1 entry A long 1; 2 entry B long 2", "L 2 2@100 open", .from = 2},
    {"entry and exit ids are separate name spaces", "", B0 FLAT "100 106 94 100",
     "0 entry L long 1; 0 entry X long 1 stop=105; 0 exit X L stop=95", "L 1 1@100 2@95 X; L 1 2@105 open"},
    {"an entry does not replace an exit of its id", "max_entries=2", B0 FLAT FLAT "100 106 94 100",
     "0 entry L long 1; 1 exit X L stop=95; 2 entry X long 1 stop=105", "L 1 1@100 3@95 X; L 1 3@105 open"},
    {"the same id again replaces the order", "", B0 FLAT "100 108 99.5 107",
     "0 entry L long 1 stop=103; 1 entry L long 2 stop=107", "L 2 2@107 open"},
    {"a replaced order keeps its place in the queue", "max_entries=2", B0 FLAT "100 106 99.5 105; 105 105 105 105",
     "0 entry A long 1 stop=105; 0 entry B long 2 stop=105; 1 entry A long 3 stop=105; 2 close_all",
     "L 3 2@105 3@105 Close position order; L 2 2@105 3@105 Close position order"},
    {"again on its own bar: no reversal part", "", B0 FLAT FLAT, "0 entry L long 10; 1 entry S short 4; 1 entry S short 4",
     "L 4 1@100 2@100 S; L 6 1@100 open"},
    {"one call reverses", "", B0 FLAT FLAT, "0 entry L long 10; 1 entry S short 4", "L 10 1@100 2@100 S; S 4 2@100 open"},
    {"... under its comment", "", B0 FLAT FLAT, "0 entry L long 10; 1 entry S short 4 comment=turn", "L 10 1@100 2@100 turn; S 4 2@100 open"},
    {"a priced entry at the cap is dropped when placed, and so is what it replaces", "", B0 FLAT FLAT "100 112 99 110",
     "0 entry A long 1; 0 entry B long 1 stop=110; 1 entry B long 1 stop=108", "L 1 1@100 open"},
    {"pyramiding counts entries", "max_entries=2", B0 FLAT FLAT FLAT, "0 entry A long 1; 1 entry B long 1; 2 entry C long 1",
     "L 1 1@100 open; L 1 2@100 open"},
    {"cancel takes entries and exits of that id, and not what names the entry", "", B0 FLAT "100 100 90 95; 95 95 80 85",
     "0 entry L long 1; 0 exit X L qty=0.5 stop=92; 0 exit Y L stop=85; 1 cancel X; 1 cancel L",
     "L 0.5 1@100 3@85 Y; L 0.5 1@100 open"},
    {"cancel_all takes queued market orders too", "", B0 FLAT FLAT, "0 entry L long 1; 0 cancel_all", ""},
    {"a quantity below a step is no order", "", B0 FLAT, "0 entry L long 0.00004", ""},
};

static const pine_case prices[] = {
    {"entry stops round away, exit stops away from profit", "", B0 "100 103 95 96", "0 entry L long 1 stop=101.001; 0 exit X L stop=96.999",
     "L 1 1@101.01 1@96.99 X"},
    {"short stops mirrored", "", B0 "100 105 99 104; 104 105 104 104", "0 entry S short 1 stop=99.499; 0 exit X S stop=103.001",
     "S 1 1@99.49 1@103.01 X"},
    {"limits round to the better side", "", B0 "100 103 95 96", "0 entry L long 1 limit=98.999; 0 exit X L limit=104.001", "L 1 1@98.99 open"},
    {"targets round to the better side", "", B0 "100 100 98 99; 99 110 99 109", "0 entry L long 1; 0 exit X L limit=104.001", "L 1 1@100 2@104.01 X"},
    {"a short's target rounds down", "", B0 "100 101 99 100; 100 101 90 91", "0 entry S short 1; 0 exit X S limit=95.999", "S 1 1@100 2@95.99 X"},
    {"a level within a ten-thousandth of a tick is on the grid", "", B0 "100 103 99 102", "0 entry L long 1 stop=101.0000009", "L 1 1@101 open"},
    {"a touch is enough", "", B0 "100 103 99 102", "0 entry L long 1 stop=103", "L 1 1@103 open"},
    {"a stop passed by the open fills at the open", "", B0 "104 105 103 104", "0 entry L long 1 stop=102", "L 1 1@104 open"},
    {"a limit passed by the open fills at the open", "", B0 "96 97 95 96", "0 entry L long 1 limit=98", "L 1 1@96 open"},
    {"slippage worsens market and stop fills", "slip_ticks=5", B0 "100 104 99 103; 103 103 98 99",
     "0 entry L long 1 stop=102; 1 close L", "L 1 1@102.05 2@102.95 Close entry(s) order L"},
    {"limits never slip, in the bar", "slip_ticks=5", B0 "100 101 97 98; 98 106 98 105", "0 entry L long 1 limit=98; 0 exit X L limit=105", "L 1 1@98 2@105 X"},
    {"limits never slip, at the open", "slip_ticks=5", B0 "96 97 95 96", "0 entry L long 1 limit=98", "L 1 1@96 open"},
    {"a limit may have to be traded through", "through_ticks=10", B0 "100 101 97.95 98; 98 98 97.9 98", "0 entry L long 1 limit=98", "L 1 2@98 open"},
};

static const pine_case path[] = {
    {"the high is nearer: target first", "", B0 "100 103 95 96", "0 entry L long 1; 0 exit X L limit=102 stop=97 profit_comment=tp loss_comment=sl",
     "L 1 1@100 1@102 tp"},
    {"the low is nearer: stop first", "", B0 "100 105 97 104", "0 entry L long 1; 0 exit X L limit=102 stop=98 profit_comment=tp loss_comment=sl",
     "L 1 1@100 1@98 sl"},
    {"a tie goes low first", "", B0 "100 103 97 100", "0 entry L long 1; 0 exit X L limit=102 stop=98 profit_comment=tp loss_comment=sl",
     "L 1 1@100 1@98 sl"},
    {"levels come in the order the price meets them", "max_entries=3", B0 "100 106 99 105; 105 105 105 105",
     "0 entry B long 2 stop=104; 0 entry A long 1 stop=102; 1 close_all", "L 1 1@102 2@105 Close position order; L 2 1@104 2@105 Close position order"},
    {"market orders come before what the open has passed", "max_entries=2", B0 "105 106 104 105; 105 105 105 105",
     "0 entry A long 1 stop=104; 0 entry B long 2; 1 close_all", "L 2 1@105 2@105 Close position order; L 1 1@105 2@105 Close position order"},
    {"the open passes lower levels first", "max_entries=2", B0 "105 106 104 105; 105 105 105 105",
     "0 entry A long 1 stop=104; 0 entry B long 2 stop=103; 1 close_all", "L 2 1@105 2@105 Close position order; L 1 1@105 2@105 Close position order"},
    {"at one price of the open buys come before sells", "", B0 "100 101 99 100", "0 entry S short 1 stop=100; 0 entry L long 1 stop=100", "L 1 1@100 1@100 S"},
    {"... so that of one group the buy is left", "", B0 FLAT, "0 entry S short 1 stop=100 oca=G type=c; 0 entry L long 1 stop=100 oca=G type=c", "L 1 1@100 open"},
    {"a bracket joins the path where its entry filled", "", B0 "100 106 98 99", "0 entry L long 1 stop=102; 0 exit X L limit=104 stop=99", "L 1 1@102 1@104 X"},
    {"the way to the close counts for what a fill has brought along", "", B0 "100 103 95 99", "0 entry S short 1 stop=97; 0 exit X S stop=98.5", "S 1 1@97 1@98.5 X"},
    {"levels a fill brings along are met in the order of prices", "max_entries=9", B0 "100 109 99.5 108", "0 entry C long 1 stop=104; 0 entry A long 1 stop=102; 0 exit X A limit=106",
     "L 1 1@102 1@106 X; L 1 1@104 open"},
    {"a stop that has filled does not fill again on its bar", "", B0 "100 104 95 103", "0 entry L long 1 stop=102; 0 exit X L stop=97", "L 1 1@102 1@97 X"},
    {"what lies before the entry on the path does not count", "", B0 "100 106 98 105", "0 entry L long 1 stop=102; 0 exit X L stop=99", "L 1 1@102 open"},
    {"a bracket marketable at its entry's open fills there", "", B0 "100 104 99 103", "0 entry L long 1; 0 exit X L stop=101", "L 1 1@100 1@100 X"},
};

static const pine_case stop_limit[] = {
    {"the stop arms a limit that waits on the way back", "", B0 "100 106 99 104; 104 104 101 102", "0 entry L long 1 stop=105 limit=102", "L 1 2@102 open"},
    {"armed on a later bar than filled", "", B0 "103 106 103 104; 104 105 103 104; 104 104 100 101", "0 entry L long 1 stop=105 limit=102", "L 1 3@102 open"},
    {"good enough when armed: fills there", "", B0 "100 106 99 104", "0 entry L long 1 stop=105 limit=107", "L 1 1@105 open"},
    {"not armed: the limit alone does nothing", "", B0 "100 101 95 96", "0 entry L long 1 stop=105 limit=98; 0 order Z long 2", "L 2 1@100 open"},
    {"... nor at an open beyond it", "", B0 "97 98 95 96", "0 entry L long 1 stop=105 limit=98; 0 order Z long 2", "L 2 1@97 open"},
};

static const pine_case reversal[] = {
    {"a priced entry freezes its reversal when placed", "", B0 FLAT "100 100 94 95; 95 95 88 89",
     "0 entry L long 3; 1 entry S short 1 stop=90; 2 close L", "L 3 1@100 3@95 Close entry(s) order L; S 4 3@90 open"},
    {"less what a close before it asked for", "", B0 FLAT "100 100 94 95; 95 95 88 89",
     "0 entry L long 3; 1 close L; 1 entry S short 1 stop=90", "L 3 1@100 2@100 Close entry(s) order L; S 1 3@90 open"},
    {"a close after it changes nothing", "", B0 FLAT "100 100 94 95; 95 95 88 89",
     "0 entry L long 3; 1 entry S short 1 stop=90; 1 close L", "L 3 1@100 2@100 Close entry(s) order L; S 4 3@90 open"},
    {"flat: an opposite market entry before it counts", "", B0 FLAT "100 100 94 95; 95 95 88 89", "0 entry L long 2; 0 entry S short 1 stop=90",
     "L 2 1@100 3@90 S; S 1 3@90 open"},
    {"flat: one of its own side does not", "max_entries=9", B0 FLAT "100 106 94 105; 105 105 105 105", "0 entry L long 2; 0 entry A long 1 stop=104", "L 2 1@100 open; L 1 2@104 open"},
    {"flat: one that waits for a price does not", "", B0 "100 100.5 99.5 100; 100 100 94 95", "0 entry L long 2 limit=80; 0 entry S short 1 stop=96", "S 1 2@96 open"},
    {"two opposite stops from flat net to flat", "", B0 "100 103 96 100", "0 entry L long 1 stop=102; 0 entry S short 1 stop=97", "L 1 1@102 1@97 S"},
    {"of different sizes the second waits for a later bar", "", B0 "100 103 96 100; 100 100 96 97", "0 entry L long 1 stop=102; 0 entry S short 2 stop=97",
     "L 1 1@102 2@97 S; S 1 2@97 open"},
    {"... unless its position is gone by then", "", B0 "100 106 97 105", "0 entry L long 1 limit=98; 0 entry S short 2 limit=104; 0 exit X L profit=200", "L 1 1@98 1@100 X; S 2 1@104 open"},
    {"... where the first found the position flat", "max_entries=9", B0 FLAT "100 106 99 105", "0 entry L long 1; 0 entry A long 1 stop=102; 0 entry S short 2 limit=103",
     "L 1 1@100 2@103 S; L 1 2@102 2@103 S; S 1 2@103 open"},
    {"a stop armed flat only closes an equal opposite position", "", B0 FLAT "100 100 94 95", "0 entry S short 1 stop=96; 0 entry L long 1", "L 1 1@100 2@96 S"},
    {"two stops of one side armed flat both open", "", B0 "100 106 99 105", "0 entry A long 1 stop=102; 0 entry B long 1 stop=104", "L 1 1@102 open; L 1 1@104 open"},
    {"of several market entries the last one reverses", "", B0 FLAT FLAT, "0 entry L long 10; 1 entry A short 4; 1 entry B short 3",
     "L 4 1@100 2@100 A; L 6 1@100 2@100 B; S 3 2@100 open"},
    {"a first one larger than the position opens its rest, the second is one too many", "", B0 FLAT FLAT,
     "0 entry L long 10; 1 entry A short 12; 1 entry B short 3", "L 10 1@100 2@100 A; S 2 2@100 open"},
    {"two opposite market entries from flat both act", "", B0 FLAT, "0 entry L long 5; 0 entry S short 3", "L 5 1@100 1@100 S; S 3 1@100 open"},
    {"... the long one listed as the entry", "", B0 FLAT, "0 entry S short 3; 0 entry L long 5", "L 3 1@100 1@100 S; L 5 1@100 open"},
    {"a stop placed after a reversing market entry turns the new side round", "", B0 FLAT "100 103 99 102", "0 entry L long 1; 1 entry S short 1; 1 entry L long 1 stop=102",
     "L 1 1@100 2@100 S; S 1 2@100 2@102 L; L 1 2@102 open"},
    {"an immediate close lets no entry in that was one too many before it", "", B0 FLAT FLAT, "0 entry L long 1; 1 entry L long 1; 1 close L now=1", "L 1 1@100 1@100 Close entry(s) order L"},
    {"... but one that comes after it", "", B0 FLAT FLAT, "0 entry L long 1; 1 close L now=1; 1 entry L long 1", "L 1 1@100 1@100 Close entry(s) order L; L 1 2@100 open"},
    {"raw orders net", "", B0 FLAT FLAT, "0 order A long 5; 1 order B short 7", "L 5 1@100 2@100 B; S 2 2@100 open"},
    {"raw orders know no pyramiding", "", B0 FLAT FLAT, "0 order A long 5; 1 order B long 7", "L 5 1@100 open; L 7 2@100 open"},
};

static const pine_case closing[] = {
    {"close takes what is bound to its id, from the oldest lots", "max_entries=2", B0 FLAT FLAT FLAT, "0 entry A long 1; 1 entry B long 2; 2 close B",
     "L 1 1@100 3@100 Close entry(s) order B; L 1 2@100 3@100 Close entry(s) order B; L 1 2@100 open"},
    {"rule any: from the lots of its id", "max_entries=2 close_entries_rule=any", B0 FLAT FLAT FLAT, "0 entry A long 1; 1 entry B long 2; 2 close B",
     "L 2 2@100 3@100 Close entry(s) order B; L 1 1@100 open"},
    {"close of an id nothing is bound to does nothing", "", B0 FLAT FLAT FLAT, "0 entry A long 1; 1 close B", "L 1 1@100 open"},
    {"a share of it, in whole steps", "", B0 FLAT FLAT, "0 entry A long 0.0003; 1 close A qty_percent=50", "L 0.0001 1@100 2@100 Close entry(s) order A; L 0.0002 1@100 open"},
    {"... and at least one of them", "", B0 FLAT FLAT, "0 entry A long 0.0005; 1 close A qty_percent=10", "L 0.0001 1@100 2@100 Close entry(s) order A; L 0.0004 1@100 open"},
    {"again: of what is left", "", B0 FLAT FLAT FLAT, "0 entry A long 8; 1 close A qty_percent=50; 2 close A qty_percent=50",
     "L 4 1@100 2@100 Close entry(s) order A; L 2 1@100 3@100 Close entry(s) order A; L 2 1@100 open"},
    {"rule any: again of what its entries opened with", "close_entries_rule=any", B0 FLAT FLAT FLAT, "0 entry A long 8; 1 close A qty_percent=50; 2 close A qty_percent=50",
     "L 4 1@100 2@100 Close entry(s) order A; L 4 1@100 3@100 Close entry(s) order A"},
    {"partial closes of one bar stack", "", B0 FLAT FLAT, "0 entry A long 10; 1 close A qty=3; 1 close A qty=4", "L 3 1@100 2@100 Close entry(s) order A; L 4 1@100 2@100 Close entry(s) order A; L 3 1@100 open"},
    {"close_all stops at flat", "", B0 FLAT FLAT, "0 entry A long 10; 1 close A qty=3; 1 close_all", "L 3 1@100 2@100 Close entry(s) order A; L 7 1@100 2@100 Close position order"},
    {"close leaves pending entries of both directions", "max_entries=3", B0 FLAT FLAT "100 106 94 100",
     "0 entry A long 1; 1 entry B long 1 stop=105; 1 entry C short 1 stop=95; 1 close A", "L 1 1@100 2@100 Close entry(s) order A; S 1 3@95 3@105 B; S 1 3@95 open"},
    {"a full close removes the exits of what it closed", "", B0 FLAT FLAT "100 100 90 95", "0 entry A long 1; 1 exit X A stop=95; 1 close A; 2 entry A long 1",
     "L 1 1@100 2@100 Close entry(s) order A; L 1 3@100 open"},
    {"a full close removes the exits of what it closed, of its entry alone", "max_entries=2", B0 FLAT FLAT FLAT "100 100 90 91", "0 entry A long 1; 1 entry B long 1; 2 exit X A stop=95; 2 exit Y B stop=93; 2 close A",
     "L 1 1@100 3@100 Close entry(s) order A; L 1 2@100 4@93 Y"},
    {"at its turn a close needs the side it was placed for", "", B0 FLAT FLAT FLAT, "0 entry L long 1; 1 entry S short 1; 1 close L", "L 1 1@100 2@100 S; S 1 2@100 open"},
    {"... also where what reversed has its id", "", B0 FLAT FLAT FLAT, "0 entry L long 1; 1 entry L short 1; 1 close L", "L 1 1@100 2@100 L; S 1 2@100 open"},
    {"at its turn a close takes what is bound then", "max_entries=2", B0 FLAT FLAT FLAT, "0 entry A long 5; 1 entry B long 1; 2 order R short 2; 2 close A",
     "L 2 1@100 3@100 R; L 3 1@100 3@100 Close entry(s) order A; L 1 2@100 open"},
    {"... close_all as well", "", B0 FLAT FLAT FLAT, "0 entry L long 1; 1 entry S short 1; 1 close_all", "L 1 1@100 2@100 S; S 1 2@100 open"},
    {"close then entry: from flat", "", B0 FLAT FLAT FLAT, "0 entry L long 3; 1 close L; 1 entry S short 1", "L 3 1@100 2@100 Close entry(s) order L; S 1 2@100 open"},
    {"immediately: at this bar's close", "", B0 "100 104 99 103;" FLAT, "0 entry L long 1; 1 close L now=1", "L 1 1@100 1@103 Close entry(s) order L"},
    {"immediately lists the raw close, cash has the slipped one", "slip_ticks=50", B0 "100 104 99 103;" FLAT, "0 entry L long 1; 1 close L now=1",
     "L 1 1@100.5 1@103 Close entry(s) order L", .cash = 1000, .equity = "1002"},
    {"comments name entries and exits", "", B0 FLAT FLAT FLAT, "0 entry L long 1 comment=in; 1 close L comment=out; 2 entry L long 1", "L 1 1@100 2@100 out; L 1 3@100 open"},
};

static const pine_case groups[] = {
    {"a fill cancels its group", "max_entries=9", B0 "100 106 94 100", "0 entry A long 1 stop=102 oca=G type=c; 0 entry B short 1 stop=98 oca=G type=c", "S 1 1@98 open"},
    {"a member that risk rules cut short does not cancel its group", "max_entries=9", B0 FLAT "100 106 99.5 105; 105 105 94 95", "0 risk 2 3; 0 entry L long 2; 1 entry A long 2 stop=102 oca=G type=c; 1 entry B short 1 stop=98 oca=G type=c",
     "L 2 1@100 3@98 B; L 1 2@102 3@98 B"},
    {"groups of different names never meet", "max_entries=9", B0 "100 103 96 100", "0 entry A long 1 stop=102 oca=G type=c; 0 entry B short 1 stop=98 oca=H type=c", "L 1 1@102 1@98 B"},
    {"reduce: the others shrink by what filled", "", B0 FLAT "100 104 99 103; 103 103 95 96",
     "0 entry L long 3; 1 order T short 1 limit=103 oca=G type=r; 1 order P short 3 stop=97 oca=G type=r", "L 1 1@100 2@103 T; L 2 1@100 3@97 P"},
    {"reduce: gone at zero", "", B0 FLAT "100 104 99 103; 103 103 95 96",
     "0 entry L long 3; 1 order T short 3 limit=103 oca=G type=r; 1 order P short 3 stop=97 oca=G type=r", "L 3 1@100 2@103 T"},
    {"after the position turned a leftover member adds", "max_entries=9", B0 FLAT "100 104 99 103; 103 103 95 96",
     "0 entry L long 1; 1 order T short 2 limit=103 oca=G type=r; 1 order P short 3 stop=97 oca=G type=r", "L 1 1@100 2@103 T; S 1 2@103 open; S 1 3@97 open"},
    {"exits with a group name reduce", "max_entries=9", B0 FLAT "100 106 99 105; 105 105 90 91",
     "0 entry L long 2; 1 exit X L qty=1 limit=103 oca=G; 1 exit Y L qty=1 stop=95 oca=G", "L 1 1@100 2@103 X; L 1 1@100 open"},
};

static const pine_case on_close[] = {
    {"market orders fill at their own close", "fill=close delay=0", B0 FLAT "100 104 99 103", "0 entry L long 1; 2 close L", "L 1 0@100 2@103 Close entry(s) order L"},
    {"with slippage", "fill=close delay=0 slip_ticks=10", B0 FLAT, "0 entry L long 1", "L 1 0@100.1 open"},
    {"priced ones that are marketable at it, too", "fill=close delay=0", B0 FLAT, "0 entry L long 1 limit=101", "L 1 0@100 open"},
    {"... closes of one bar stack as they do elsewhere", "fill=close delay=0", B0 FLAT, "0 entry A long 10; 1 close A qty=3; 1 close A qty=4", "L 3 0@100 1@100 Close entry(s) order A; L 4 0@100 1@100 Close entry(s) order A; L 3 0@100 open"},
    {"... a stop as well", "fill=close delay=0", B0 FLAT, "0 entry L long 1 stop=99", "L 1 0@100 open"},
    {"... at the close, not at their price", "fill=close delay=0", B0 FLAT, "0 entry S short 1 limit=98", "S 1 0@100 open"},
    {"the others wait for the next path", "fill=close delay=0", B0 "100 103 99 102", "0 entry L long 1 stop=102", "L 1 1@102 open"},
    {"exits of what was held before that the close is past fill at it", "fill=close delay=0", B0 "100 103 99 102; 102 103 97 98; 98 99 97 98", "0 entry L long 2; 2 exit X L qty=1 stop=101; 2 exit Y L limit=97.5",
     "L 1 0@100 2@98 X; L 1 0@100 2@98 Y"},
    {"... or wait", "fill=close delay=0", B0 "100 103 99 102; 102 103 97 98; 98 103 97 98", "0 entry L long 1; 2 exit X L limit=101", "L 1 0@100 3@101 X"},
    {"exits of what fills at the close act from the next bar", "fill=close delay=0", B0 "100 103 99 102", "0 entry L long 1; 0 exit X L stop=101", "L 1 0@100 1@100 X"},
};

static const pine_case days[] = { /* bars of four hours from 00:00 UTC */
    {"the n-th fill of a day closes at once, and blocks the day", "max_entries=9", B0 FLAT FLAT FLAT FLAT FLAT FLAT FLAT,
     "0 risk 4 2; 0 entry A long 1; 1 entry B long 1; 2 entry C long 1; 6 entry D long 1",
     "L 1 1@100 2@100 Close Position (Max number of filled orders in one day); L 1 2@100 2@100 Close Position (Max number of filled orders in one day); L 1 7@100 open"},
    {"an intrabar stop closes at the favourable extreme", "", B0 "100 106 99 101", "0 risk 4 1; 0 entry A long 1 stop=102",
     "L 1 1@102 1@106 Close Position (Max number of filled orders in one day)"},
    {"... a short one at the low", "", B0 "100 101 94 99", "0 risk 4 1; 0 entry A short 1 stop=98", "S 1 1@98 1@94 Close Position (Max number of filled orders in one day)"},
    {"... at its own price, not at the close", "", B0 "100 104 99 103", "0 risk 4 1; 0 entry A long 1", "L 1 1@100 1@100 Close Position (Max number of filled orders in one day)"},
    {"a day is one of the exchange's zone", "", B0 FLAT FLAT FLAT FLAT FLAT FLAT FLAT FLAT, "0 risk 4 1; 1 entry A long 1; 6 entry B long 1; 7 entry C long 1",
     "L 1 2@100 2@100 Close Position (Max number of filled orders in one day); L 1 8@100 8@100 Close Position (Max number of filled orders in one day)", .zone = "America/New_York"},
    {"a reversal is one fill", "", B0 FLAT FLAT FLAT, "0 risk 4 3; 0 entry A long 1; 1 entry B short 1; 2 close B", "L 1 1@100 2@100 B; S 1 2@100 3@100 Close entry(s) order B"},
    {"a forbidden direction only closes", "", B0 FLAT FLAT FLAT, "0 risk 1 1; 0 entry L long 2; 1 entry S short 1; 2 entry S short 1", "L 2 1@100 2@100 S"},
    {"an entry is trimmed to the largest position", "max_entries=9", B0 FLAT FLAT FLAT, "0 risk 2 3; 0 entry A long 2; 1 entry B long 2; 2 entry C long 2", "L 2 1@100 open; L 1 2@100 open"},
    {"what room is left counts in whole steps", "max_entries=9", B0 FLAT FLAT FLAT, "0 risk 2 6; 0 entry A long 5.4706; 1 entry B long 2", "L 5.4706 1@100 open; L 0.5294 2@100 open"},
    {"drawdown: looked at when a trade closes, then halted for good", "", B0 FLAT "90 91 89 90; 90 91 89 90; 90 91 89 90; 90 91 89 90",
     "0 risk 3 5 percent; 0 entry L long 10; 2 close L; 3 entry L long 1; 4 entry L long 1", "L 10 1@100 3@90 Close entry(s) order L", .cash = 1000},
    {"intraday loss closes and ends the day", "", B0 FLAT "100 100 90 92; 92 93 91 92; 92 93 91 92; 92 93 91 92; 92 93 91 92; 92 93 91 92",
     "0 risk 5 50; 0 entry L long 10; 3 entry L long 1; 6 entry L long 1", "L 10 1@100 2@90 Close Position (Max intraday loss reached); L 1 7@92 open", .cash = 1000},
    {"... a short's at the high", "", B0 FLAT "100 107 95 98; 98 99 97 98", "0 risk 5 30; 0 entry S short 5; 2 entry L long 1", "S 5 1@100 2@107 Close Position (Max intraday loss reached)", .cash = 1000},
    {"... or where a level was met before", "", B0 FLAT "100 101 90 92", "0 risk 5 50; 0 entry L long 10; 1 exit X L stop=96", "L 10 1@100 2@96 X", .cash = 1000},
    {"losing days in a row halt", "", B0 FLAT FLAT FLAT FLAT "99 99 99 99; 99 99 99 99; 99 99 99 99; 99 99 99 99; 99 99 99 99; 99 99 99 99; 98 98 97 97; 98 98 98 98; 98 98 98 98",
     "0 risk 6 2; 0 entry L long 1; 11 entry M long 1; 13 entry L long 1", "L 1 1@100 12@98 Close Position (Max consecutive loss days reached)"},
};
/* clang-format on */

/* Orders that fill at the close they are placed on do so when the script has ended (6.8, 6.11). */
static void look_close(wick_run *run, int64_t bar)
{
    static const char *const calls[] = {"entry L long 2", "close L qty=1", "close L now=1"};
    static const double held[] = {0.0, 2.0, 1.0};
    if (bar > 2) return;
    char call[32];
    snprintf(call, sizeof call, "%s", calls[bar]);
    check_same(wick_pine_value(run, 0, WICK_PINE_POSITION), held[bar]);
    pine_call(run, call);
    if (wick_pine_value(run, 0, WICK_PINE_POSITION) != held[bar])
        fail_msg("the position changes after the script");
}

static void seen_by_the_script(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const pine_case k = {.settings = "fill=close delay=0", .bars = B0 FLAT FLAT, .calls = ""};
    wick_ledger_unref(pine_run(ctx, &k, look_close));
    wick_ctx_free(ctx);
}

#define TABLE(name)                                                                                \
    static void rules_##name(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        PINE_CHECK_ALL(name);                                                                      \
    }
TABLE(placement)
TABLE(prices)
TABLE(path)
TABLE(stop_limit)
TABLE(reversal)
TABLE(closing)
TABLE(groups)
TABLE(on_close)
TABLE(days)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_placement), cmocka_unit_test(rules_prices),
        cmocka_unit_test(rules_path),      cmocka_unit_test(rules_stop_limit),
        cmocka_unit_test(rules_reversal),  cmocka_unit_test(rules_closing),
        cmocka_unit_test(rules_groups),    cmocka_unit_test(rules_on_close),
        cmocka_unit_test(rules_days),      cmocka_unit_test(seen_by_the_script),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
