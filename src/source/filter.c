/* SPDX-License-Identifier: ISC */
#include "source/filter.h"

#include <stddef.h>
#include <stdlib.h>

#include <wirebeam/filter.h>
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

/* What libpcap 1.10 has no name for, by its name at tcpdump.org/linktypes.html. */
static const struct {
    uint16_t link_type;
    const char *name;
} registered[] = {
    {2, "EXP_ETHERNET"}, {3, "AX25"}, {4, "PRONET"}, {5, "CHAOS"}, {110, "LANE8023"},
    {111, "HIPPI"}, {112, "HDLC"}, {115, "ECONET"}, {116, "IPFILTER"}, {118, "CISCO_IOS"},
    {120, "AIRONET_HEADER"}, {121, "HHDLC"}, {124, "RIO"}, {125, "PCI_EXP"}, {126, "AURORA"},
    {128, "TZSP"}, {145, "IBM_SP"}, {146, "IBM_SN"}, {147, "USER0"}, {148, "USER1"},
    {149, "USER2"}, {150, "USER3"}, {151, "USER4"}, {152, "USER5"}, {153, "USER6"}, {154, "USER7"},
    {155, "USER8"}, {156, "USER9"}, {157, "USER10"}, {158, "USER11"}, {159, "USER12"},
    {160, "USER13"}, {161, "USER14"}, {162, "USER15"}, {172, "GCOM_T1E1"}, {173, "GCOM_SERIAL"},
    {203, "LAPD"}, {204, "PPP_WITH_DIR"}, {205, "C_HDLC_WITH_DIR"}, {206, "FRELAY_WITH_DIR"},
    {207, "LAPB_WITH_DIR"}, {210, "FLEXRAY"}, {211, "MOST"}, {212, "LIN"}, {213, "X2E_SERIAL"},
    {214, "X2E_XORAYA"}, {217, "GSMTAP_UM"}, {218, "GSMTAP_ABIS"}, {252, "WIRESHARK_UPPER_PDU"},
    {277, "SERCOS_MONITOR"}, {290, "ETW"}, {291, "NETANALYZER_NG"}, {292, "ZBOSS_NCP"},
    {293, "USB_2_0_LOW_SPEED"}, {294, "USB_2_0_FULL_SPEED"}, {295, "USB_2_0_HIGH_SPEED"},
    {296, "AUERSWALD_LOG"}, {297, "ZWAVE_TAP"}, {298, "SILABS_DEBUG_CHANNEL"}, {299, "FIRA_UCI"},
    {300, "MDB"}, {301, "DECT_NR"},
};

const char *wb_link_type_name(uint16_t link_type)
{
    const char *name = pcap_datalink_val_to_name(wb__link_type_to_dlt(link_type));
    for (size_t i = 0; !name && i < sizeof registered / sizeof registered[0]; i++)
        if (registered[i].link_type == link_type)
            name = registered[i].name;
    return name;
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

static int copy_program(const struct bpf_program *from, const char *expression,
                        struct wb_filter_instruction **program, struct wb_error *error)
{
    if (from->bf_len > WB_FILTER_INSTRUCTIONS_MAX)
        return wb__error_set(error, WB_E_FILTER, 0,
                             "filter \"%s\": it is too long: %u instructions",
                             expression ? expression : "", from->bf_len);
    *program = malloc(from->bf_len * sizeof **program);
    if (!*program)
        return wb__error_set(error, WB_E_MEMORY, 0, "out of memory");
    for (unsigned i = 0; i < from->bf_len; i++) {
        const struct bpf_insn *insn = &from->bf_insns[i];
        (*program)[i] = (struct wb_filter_instruction){insn->code, insn->jt, insn->jf, insn->k};
    }
    return 0;
}

int wb_filter_compile(const char *expression, uint16_t link_type, uint32_t snaplen,
                      struct wb_filter_instruction **program, size_t *count, struct wb_error *error)
{
    struct bpf_program compiled;
    int result = wb__filter_compile_offline(&compiled, link_type, snaplen, expression, error);
    if (result < 0)
        return result;
    result = copy_program(&compiled, expression, program, error);
    *count = compiled.bf_len;
    pcap_freecode(&compiled);
    return result;
}
