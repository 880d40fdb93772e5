// SPDX-License-Identifier: Apache-2.0
// health: the daemon of this department; what it decides is in health.c.
#include "health.h"

#include "department.h"

int main(int argument_count, char **arguments)
{
	return department_main(argument_count, arguments, "health", health_decide);
}
