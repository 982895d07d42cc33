-- Verified examples as planners read them: nobody's data, so everybody's to see.
CREATE OR REPLACE VIEW reporting.verified_example AS
SELECT question, frame, currency FROM agents.verified_example;
