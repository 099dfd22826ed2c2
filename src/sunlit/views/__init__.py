"""Questions across capabilities, answered as plain data: what doors print, never how."""
