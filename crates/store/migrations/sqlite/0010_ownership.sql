-- Who owns what they wrote: by id, as two people may have one name. Empty where it is not known: then owners alone change it.
ALTER TABLE note ADD COLUMN author_id TEXT NOT NULL DEFAULT '';
UPDATE note SET author_id = COALESCE((SELECT min(p.id) FROM person p WHERE p.name = note.author HAVING count(*) = 1), '');
UPDATE saved_view SET owner = COALESCE((SELECT min(p.id) FROM person p WHERE p.name = saved_view.owner HAVING count(*) = 1), owner)
    WHERE owner IS NOT NULL;

-- How many journeys go through a version, among the kept sums. Where the lists are not filled yet, filling them counts.
INSERT INTO journey_tally (livemode, name, key, amount)
SELECT livemode, 'version', content_version_id, count(*) FROM journey
WHERE EXISTS (SELECT 1 FROM journey_entry) GROUP BY livemode, content_version_id;
