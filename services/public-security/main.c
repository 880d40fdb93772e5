// SPDX-License-Identifier: Apache-2.0
// public-security: the daemon of this department; what it decides is in public_security.c.
#include "public_security.h"

#include "department.h"

int main(int argument_count, char **arguments)
{
	return department_main(
	    argument_count, arguments, "public-security", public_security_decide);
}
