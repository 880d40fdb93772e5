// SPDX-License-Identifier: Apache-2.0
// language: which of the two languages the person at the terminal reads.
#ifndef COMMON_LANGUAGE_H
#define COMMON_LANGUAGE_H

#include "base.h"

// LC_ALL, else LC_MESSAGES, else LANG begins with "zh". An empty one is as none.
bool language_is_chinese(void);

#endif
