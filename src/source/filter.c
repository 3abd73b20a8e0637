/* SPDX-License-Identifier: ISC */
#include "source/filter.h"

#include <stddef.h>

#include <wirebeam/source.h>

#include "base/error.h"

/* The values that differ between capture files and libpcap on this system; all others
 * are the same number (https://www.tcpdump.org/linktypes.html). */
static const struct {
    uint16_t link_type;
    int dlt;
} differing[] = {
    {100, DLT_ATM_RFC1483}, {101, DLT_RAW},        {102, DLT_SLIP_BSDOS},
    {103, DLT_PPP_BSDOS},   {106, DLT_ATM_CLIP},   {246, DLT_PFSYNC},
};

#define DIFFERING_COUNT (sizeof differing / sizeof differing[0])

int wb__link_type_to_dlt(uint16_t link_type)
{
    for (size_t i = 0; i < DIFFERING_COUNT; i++)
        if (differing[i].link_type == link_type)
            return differing[i].dlt;
    return link_type;
}

uint16_t wb__link_type_from_dlt(int dlt)
{
    for (size_t i = 0; i < DIFFERING_COUNT; i++)
        if (differing[i].dlt == dlt)
            return differing[i].link_type;
    return (uint16_t)dlt;
}

const char *wb_link_type_name(uint16_t link_type)
{
    return pcap_datalink_val_to_name(wb__link_type_to_dlt(link_type));
}

bool wb__filter_is_given(const char *expression)
{
    return expression && *expression;
}

int wb__filter_compile(struct bpf_program *program, pcap_t *handle, const char *expression,
                       struct wb_error *error)
{
    if (pcap_compile(handle, program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0)
        return 0;
    return wb__error_set(error, WB_E_FILTER, 0, "filter \"%s\": %s", expression ? expression : "",
                         pcap_geterr(handle));
}

int wb__filter_compile_offline(struct bpf_program *program, uint16_t link_type, uint32_t snaplen,
                               const char *expression, struct wb_error *error)
{
    pcap_t *handle = pcap_open_dead(wb__link_type_to_dlt(link_type), (int)snaplen);
    if (!handle)
        return wb__error_set(error, WB_E_MEMORY, 0, "out of memory");
    int result = wb__filter_compile(program, handle, expression, error);
    pcap_close(handle);
    return result;
}
