/* SPDX-License-Identifier: ISC
 *
 * The names of what the flow stage tells, from the lists in the public header.
 */
#include <wirebeam/flow.h>

const char *wb_flow_end_name(unsigned end)
{
    static const char *const names[] = {
#define WB_FLOW_END_TEXT(name, text) text,
        WB_FLOW_ENDS(WB_FLOW_END_TEXT)
#undef WB_FLOW_END_TEXT
    };
    return end < sizeof names / sizeof *names ? names[end] : "unknown";
}

const char *wb_flow_anomaly_name(unsigned kind)
{
    static const char *const names[] = {
#define WB_FLOW_ANOMALY_TEXT(name, text) text,
        WB_FLOW_ANOMALIES(WB_FLOW_ANOMALY_TEXT)
#undef WB_FLOW_ANOMALY_TEXT
    };
    return kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}
