// SPDX-License-Identifier: Apache-2.0
// catalogue_field: from the files to fields, and to the code lists they name.
//
// Internal to the catalogue.
#ifndef COMMON_CATALOGUE_FIELD_H
#define COMMON_CATALOGUE_FIELD_H

#include "catalogue_reader.h"

// An array of fields, numbers rising, as rows of struct field.
MUST_CHECK enum status catalogue_read_fields(
    struct catalogue_reader *reader, const struct json_value *array, struct rows *rows);

// The kind's subject.
MUST_CHECK enum status catalogue_read_subject(
    struct catalogue_reader *reader, const struct json_value *object, struct kind *kind);

// struct field: the month that a fold begins with.
catalogue_read_value catalogue_read_month;

#endif
