/* SPDX-License-Identifier: ISC
 *
 * The names of what the flow stage tells, from the lists in the public headers.
 */
#include <string.h>

#include <wirebeam/flow.h>
#include <wirebeam/fragment.h>

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

const char *wb_fragment_anomaly_name(unsigned kind)
{
    static const char *const names[] = {
#define WB_FRAGMENT_ANOMALY_TEXT(name, text) text,
        WB_FRAGMENT_ANOMALIES(WB_FRAGMENT_ANOMALY_TEXT)
#undef WB_FRAGMENT_ANOMALY_TEXT
    };
    return kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}

const char *wb_flow_check_name(unsigned check)
{
    static const char *const names[] = {
#define WB_FLOW_CHECK_TEXT(name, text) text,
        WB_FLOW_CHECKS(WB_FLOW_CHECK_TEXT)
#undef WB_FLOW_CHECK_TEXT
    };
    return check < sizeof names / sizeof *names ? names[check] : "unknown";
}

const char *wb_overlap_policy_name(unsigned policy)
{
    static const char *const names[] = {
#define WB_OVERLAP_POLICY_TEXT(name, text) text,
        WB_OVERLAP_POLICIES(WB_OVERLAP_POLICY_TEXT)
#undef WB_OVERLAP_POLICY_TEXT
    };
    return policy < sizeof names / sizeof *names ? names[policy] : "unknown";
}

enum wb_overlap_policy wb_overlap_policy_find(const char *name)
{
    for (unsigned policy = WB_OVERLAP_FIRST; policy <= WB_OVERLAP_SOLARIS; policy++)
        if (strcmp(wb_overlap_policy_name(policy), name) == 0)
            return (enum wb_overlap_policy)policy;
    return WB_OVERLAP_DEFAULT;
}
