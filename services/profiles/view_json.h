// SPDX-License-Identifier: Apache-2.0
// view_json: the view as the document that its reader gets.
#ifndef PROFILES_VIEW_JSON_H
#define PROFILES_VIEW_JSON_H

#include "view.h"

// Judges the view and appends the profile as JSON; or returns false and appends a problem document
// (RFC 9457, 404): nobody has reported anything, and everybody could have been heard. When all
// subjects are added.
bool view_write(struct view *view, int64_t now_ms, struct buffer *out);

#endif
