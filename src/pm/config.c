/* SPDX-License-Identifier: MIT */
#include "wick/pm.h"

#define WIDE 1e12
#define KEY(section, field, name, def, lo, hi)                                                     \
    {                                                                                              \
#section, name, offsetof(wick_pm_config, section.field), def, lo, hi, false                \
    }
#define WHOLE(section, field, name, def)                                                           \
    {                                                                                              \
#section, name, offsetof(wick_pm_config, section.field), def, 0, 1e9, true                 \
    }
#define PROB(section, field, name, def) KEY(section, field, name, def, 0, 1)
#define BPS(section, field, name, def)  KEY(section, field, name, def, -WIDE, WIDE)

static const wick_pm_key keys[] = {
    PROB(open, long_open_prob, "longOpenProb", 0.58),
    PROB(open, short_open_prob, "shortOpenProb", 0.58),
    PROB(open, min_long_entry_prob, "minLongEntryProb", 0.55),
    PROB(open, min_short_entry_prob, "minShortEntryProb", 0.55),
    PROB(open, max_market_risk_prob, "maxMarketRiskProb", 0.45),
    BPS(open, min_expected_edge_bps, "minExpectedEdgeBps", 3.0),
    BPS(open, min_direction_margin, "minDirectionMargin", 0.03),
    PROB(open, min_liquidity_capacity_ratio, "minLiquidityCapacityRatio", 0.10),
    BPS(open, max_ood_score, "maxOodScore", 0.80),
    PROB(add, min_long_prob, "minLongProb", 0.60),
    PROB(add, min_short_prob, "minShortProb", 0.60),
    PROB(add, min_continue_prob, "minContinueProb", 0.58),
    PROB(add, min_entry_prob, "minEntryProb", 0.55),
    PROB(add, max_exit_prob, "maxExitProb", 0.45),
    PROB(add, max_market_risk_prob, "maxMarketRiskProb", 0.45),
    PROB(add, max_position_risk_prob, "maxPositionRiskProb", 0.50),
    BPS(add, min_expected_edge_bps, "minExpectedEdgeBps", 3.0),
    BPS(add, min_continue_vs_exit_edge_bps, "minContinueVsExitEdgeBps", 0.0),
    PROB(add, min_liquidity_capacity_ratio, "minLiquidityCapacityRatio", 0.10),
    BPS(add, min_post_trade_liquidation_buffer_bps, "minPostTradeLiquidationBufferBps", 500.0),
    WHOLE(add, max_add_count, "maxAddCount", 3),
    WHOLE(add, cooldown_minutes, "cooldownMinutes", 5),
    PROB(exit, close_exit_prob, "closeExitProb", 0.70),
    PROB(exit, close_position_risk_prob, "closePositionRiskProb", 0.70),
    PROB(exit, close_market_risk_prob, "closeMarketRiskProb", 0.70),
    BPS(exit, close_continue_max, "closeContinueMax", 0.25),
    PROB(exit, reduce_adverse_move_prob, "reduceAdverseMoveProb", 0.62),
    BPS(exit, reduce_continue_min, "reduceContinueMin", 0.35),
    BPS(exit, reduce_continue_max, "reduceContinueMax", 0.70),
    BPS(exit, min_profit_for_reduce_bps, "minProfitForReduceBps", 5.0),
    BPS(exit, max_position_path_risk_bps, "maxPositionPathRiskBps", 80.0),
    PROB(sizing, base_ratio, "baseRatio", 0.80),
    PROB(sizing, min_initial_ratio, "minInitialRatio", 0.05),
    PROB(sizing, max_single_leg_ratio, "maxSingleLegRatio", 1.0),
    PROB(sizing, min_add_ratio, "minAddRatio", 0.02),
    PROB(sizing, max_add_ratio, "maxAddRatio", 0.25),
    KEY(sizing, max_total_position_ratio, "maxTotalPositionRatio", 1.0, 0, 10),
    BPS(sizing, min_edge_bps, "minEdgeBps", 3.0),
    BPS(sizing, max_loss_per_trade_bps, "maxLossPerTradeBps", 80.0),
    PROB(sizing, max_liquidity_usage_ratio, "maxLiquidityUsageRatio", 0.20),
    BPS(sizing, uncertainty_penalty_multiplier, "uncertaintyPenaltyMultiplier", 0.50),
    BPS(sizing, min_post_trade_liquidation_buffer_bps, "minPostTradeLiquidationBufferBps", 500.0),
};

const wick_pm_key *wick_pm_keys(int64_t *n)
{
    *n = (int64_t)(sizeof keys / sizeof *keys);
    return keys;
}

void wick_pm_defaults(wick_pm_config *out)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        *(double *)((char *)out + keys[i].offset) = keys[i].def;
}
