/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "flow/flow_int.h"

int64_t wick_objective_count(void)
{
    return wk_objective_table_n;
}

const wick_objective_spec *wick_objective_at(int64_t i)
{
    return i >= 0 && i < wk_objective_table_n ? wk_objective_table[i] : NULL;
}

const wick_objective_spec *wick_objective_find(const char *name)
{
    for (int64_t i = 0; name != NULL && i < wk_objective_table_n; i++)
        if (strcmp(wk_objective_table[i]->name, name) == 0) return wk_objective_table[i];
    return NULL;
}
