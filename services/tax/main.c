// SPDX-License-Identifier: Apache-2.0
// tax: the daemon of this department; what it decides is in tax.c.
#include "tax.h"

#include "department.h"

int main(int argument_count, char **arguments)
{
	return department_main(argument_count, arguments, "tax", tax_decide);
}
