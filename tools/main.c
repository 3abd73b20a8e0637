/* SPDX-License-Identifier: ISC */
#include <stdio.h>

#include <wirebeam/version.h>

int main(void)
{
    printf("wirebeam %s\n", wb_version());
    return 0;
}
