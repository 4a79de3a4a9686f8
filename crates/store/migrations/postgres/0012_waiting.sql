-- Each event came and went in it on PostgreSQL; what is due is found as well by walking the few that wait.
DROP INDEX event_waiting_by_due;
