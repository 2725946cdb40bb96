using System.Text.Json.Nodes;

namespace Parley.Server.Voice.Documents;

/// <summary>What HTTP answers with that is no contract: lists and statuses.</summary>
internal static class HttpShapes
{
    public static IEnumerable<(string Name, JsonNode Schema)> All() =>
    [
        ("Status", Parsed("""{"type":"object","required":["status","id"],"properties":{"status":{"enum":["killed","sent","not_found","too_large"]},"id":{"type":"string"}}}""")),
        ("Failure", Parsed("""{"type":"object","required":["status","error"],"properties":{"status":{"const":"error"},"error":{"type":"string","description":"What was wrong."}}}""")),
        ("Precached", Parsed("""
            {"type":"object","required":["status","cacheKey","bytes"],"properties":{"status":{"enum":["cached","exists"]},"cacheKey":{"type":"string","description":"What it is kept under."},
            "bytes":{"type":"integer","description":"What is kept."}}}
            """)),
        ("Sessions", Parsed("""
            {"type":"object","required":["active_calls"],"properties":{"active_calls":{"type":"array","items":{"type":"object","required":["id","callType","createdAt","cs.option"],"properties":{
            "id":{"type":"string"},"callType":{"enum":["sip","webrtc","webSocket"]},"createdAt":{"type":"string","format":"date-time"},"ringTime":{"type":"string","format":"date-time"},
            "startTime":{"type":"string","format":"date-time","description":"When it was answered."},"caller":{"type":"string"},"callee":{"type":"string"},
            "cs.option":{"$ref":"#/components/schemas/CallOption"}}}}}}
            """)),
        ("Records", Parsed("""
            {"type":"array","items":{"type":"object","required":["id","date","duration","status","file","statusCode","recordings"],"properties":{
            "id":{"type":"string"},"date":{"type":"string","format":"date-time","description":"When it began."},"duration":{"type":"string","description":"From answer to end, e.g. 12s."},
            "status":{"enum":["completed","canceled","failed"]},"file":{"type":"string","description":"Name of the record."},"callType":{"type":"string"},"caller":{"type":"string"},"callee":{"type":"string"},
            "ringTime":{"type":"string"},"answerTime":{"type":"string"},"endTime":{"type":"string"},"statusCode":{"type":"integer"},"hangupReason":{"type":"string"},
            "recordings":{"type":"array","items":{"type":"string"},"description":"Files below the folder of recordings."},"dump":{"type":"string","description":"File of commands and events."}}}}
            """)),
        ("IceServers", Parsed("""
            {"type":"array","items":{"type":"object","required":["urls"],"properties":{"urls":{"type":"array","items":{"type":"string"}},"username":{"type":"string"},"credential":{"type":"string"}}}}
            """)),
        ("Health", Parsed("""
            {"type":"object","required":["status","uptime","version","total","failed","runnings","useragent"],"properties":{"status":{"const":"running"},
            "uptime":{"type":"string","format":"date-time","description":"Since when it runs."},"version":{"type":"string"},"total":{"type":"integer","description":"Calls that are over."},
            "failed":{"type":"integer","description":"Of these, those that were not answered."},"runnings":{"type":"integer","description":"Sessions there are."},
            "useragent":{"type":"object","properties":{"listen":{"type":"array","items":{"type":"string"}},"calls":{"type":"integer"}}},
            "sessions":{"type":"integer"},"pending":{"type":"integer","description":"Incoming calls that wait for a session."}}}
            """)),
    ];

    private static JsonNode Parsed(string json) => JsonNode.Parse(json)!;
}
