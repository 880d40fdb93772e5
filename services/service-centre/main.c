// SPDX-License-Identifier: Apache-2.0
// service-centre: the daemon of this department; what it decides is in service_centre.c.
#include "service_centre.h"

#include "department.h"

int main(int argument_count, char **arguments)
{
	return department_main(argument_count, arguments, "service-centre", service_centre_decide);
}
