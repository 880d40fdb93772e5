# SPDX-License-Identifier: Apache-2.0
# catalogue_header: the numbers of a catalogue's kinds and fields as a C header, so that no code spells a field's name.
#
# cmake -DCATALOGUE=proto/records/tax.json -DHEADER=tax_fields.h -P catalogue_header.cmake

file(READ ${CATALOGUE} JSON)
get_filename_component(FILE ${CATALOGUE} NAME)
get_filename_component(DEPARTMENT ${CATALOGUE} NAME_WE)
get_filename_component(HEADER_NAME ${HEADER} NAME_WE)
string(TOUPPER "${DEPARTMENT}" DEPARTMENT)
string(REPLACE "-" "_" DEPARTMENT "${DEPARTMENT}")
string(TOUPPER "GENERATED_${HEADER_NAME}_H" GUARD)
set(CONSTANTS "")

# Appends PREFIX_NAME = number for each field, and for the fields of its lists.
function(add_fields OBJECT PREFIX)
	string(JSON FIELDS GET "${OBJECT}" fields)
	string(JSON LAST LENGTH "${FIELDS}")
	math(EXPR LAST "${LAST} - 1")
	foreach(INDEX RANGE ${LAST})
		string(JSON FIELD GET "${FIELDS}" ${INDEX})
		string(JSON NAME GET "${FIELD}" name)
		string(JSON NUMBER GET "${FIELD}" number)
		string(JSON TYPE GET "${FIELD}" type)
		string(TOUPPER "${PREFIX}_${NAME}" NAME)
		string(APPEND CONSTANTS "\t${NAME} = ${NUMBER},\n")
		if(TYPE STREQUAL list)
			add_fields("${FIELD}" "${NAME}")
		endif()
	endforeach()
	set(CONSTANTS "${CONSTANTS}" PARENT_SCOPE)
endfunction()

string(JSON KINDS GET "${JSON}" kinds)
string(JSON LAST_KIND LENGTH "${KINDS}")
math(EXPR LAST_KIND "${LAST_KIND} - 1")
foreach(KIND_INDEX RANGE ${LAST_KIND})
	string(JSON KIND GET "${KINDS}" ${KIND_INDEX})
	string(JSON NAME GET "${KIND}" kind)
	string(JSON NUMBER GET "${KIND}" number)
	string(TOUPPER "${DEPARTMENT}_${NAME}" NAME)
	string(APPEND CONSTANTS "\n\t// ${NAME}: the kind, then its fields\n\t${NAME} = ${NUMBER},\n")
	add_fields("${KIND}" "${NAME}")
endforeach()

file(WRITE ${HEADER} "// Made from proto/records/${FILE}; do not edit.
#ifndef ${GUARD}
#define ${GUARD}

enum {${CONSTANTS}};

#endif
")
