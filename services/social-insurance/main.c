// SPDX-License-Identifier: Apache-2.0
// social-insurance: the daemon of this department; what it decides is in social_insurance.c.
#include "social_insurance.h"

#include "department.h"

int main(int argument_count, char **arguments)
{
	return department_main(
	    argument_count, arguments, "social-insurance", social_insurance_decide);
}
