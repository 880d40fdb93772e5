// SPDX-License-Identifier: Apache-2.0
// family-planning: the daemon of this department; what it decides is in family_planning.c.
#include "family_planning.h"

#include "department.h"

int main(int argument_count, char **arguments)
{
	return department_main(
	    argument_count, arguments, "family-planning", family_planning_decide);
}
