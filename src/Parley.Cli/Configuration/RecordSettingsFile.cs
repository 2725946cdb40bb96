using Parley.Server.Voice.Records;

namespace Parley.Cli.Configuration;

/// <summary>The key <c>voice.records</c> of <c>parley.json</c>. Secrets stand in the file or in the environment; no message has them.</summary>
internal static class RecordSettingsFile
{
    private const int MaxAttempts = 10; // pauses double from 2 s: the last one is eight minutes

    private static readonly string[] Keys = ["folder", "http", "s3", "media", "keep-record", "keep-media", "attempts", "timeout"];

    private static readonly string[] HttpKeys = ["url", "headers", "headers-env"];

    private static readonly string[] StoreKeys = ["bucket", "region", "endpoint", "path-style", "access-key", "access-key-env", "secret-key", "secret-key-env", "root"];

    /// <summary>Reads it: a folder, or an object.</summary>
    public static RecordSettings Read(SettingsNode value)
    {
        if (value.IsText)
            return new() { Folder = value.Text() };
        var members = Members(value, "a folder in quotes, or an object with \"folder\"", Keys);
        var records = new RecordSettings { Folder = value.Required(members, "folder").Text() };
        if (members.ContainsKey("http") && members.ContainsKey("s3"))
            throw value.Needs("either \"http\" or \"s3\": records are sent to one place");
        if (members.Count > 1 && !members.ContainsKey("http") && !members.ContainsKey("s3"))
            throw value.Needs($"\"http\" or \"s3\", since '{members.Keys.First(key => key != "folder")}' is about where records are sent");
        foreach (var (key, member) in members)
            records = With(records, key, member);
        return records;
    }

    private static RecordSettings With(RecordSettings records, string key, SettingsNode value) => key switch
    {
        "http" => records with { Http = Http(value) },
        "s3" => Stored(records, value),
        "media" => records with { WithMedia = value.Switch() },
        "keep-record" => records with { KeepRecord = value.Switch() },
        "keep-media" => records with { KeepMedia = value.Switch() },
        "attempts" => records with { Attempts = value.Number(1, MaxAttempts) },
        "timeout" => records with { Timeout = value.Time() is { Ticks: > 0 } time ? time : throw value.Needs("more than no time at all") },
        _ => records,
    };

    private static HttpRecordSettings Http(SettingsNode value)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (value.IsText)
            return new(Url(value), headers);
        var members = Members(value, "a URL in quotes, or an object with \"url\"", HttpKeys);
        foreach (var (from, isVariable) in new[] { ("headers", false), ("headers-env", true) })
        {
            if (!members.TryGetValue(from, out var node))
                continue;
            foreach (var (name, text) in node.Members(isVariable ? "environment variables by the headers they are for" : "headers by their names"))
            {
                var content = isVariable ? Variable(text) : text.Text();
                if (content.AsSpan().ContainsAny('\r', '\n', '\0') || !CanBeSent(name, content))
                    throw text.Fault("is no header that can be sent");
                if (!headers.TryAdd(name, content))
                    throw text.Fault("is there twice; one of the two has to go");
            }
        }

        return new(Url(value.Required(members, "url")), headers);
    }

    private static RecordSettings Stored(RecordSettings records, SettingsNode value)
    {
        var members = Members(value, "an object with \"bucket\" and keys", StoreKeys);
        var bucket = value.Required(members, "bucket");
        var store = new S3Options
        {
            Bucket = IsName(bucket.Text()) ? bucket.Text() : throw bucket.Needs("the name of a bucket: letters, digits, '-', '_' and '.', at most 63"),
            AccessKey = Secret(value, members, "access-key"),
            SecretKey = Secret(value, members, "secret-key"),
        };
        if (members.TryGetValue("region", out var region))
            store = store with { Region = IsName(region.Text()) ? region.Text() : throw region.Needs("the name of a region, such as \"eu-central-1\"") };
        if (members.TryGetValue("endpoint", out var endpoint))
            store = store with { Endpoint = Url(endpoint) is { PathAndQuery: "/", UserInfo: "" } address ? address : throw endpoint.Needs("the address of a store without a path, such as \"http://10.0.0.5:9000\"") };
        if (members.TryGetValue("path-style", out var style))
            store = store with { PathStyle = style.Switch() };
        try
        {
            using var trial = new S3ObjectStore(store);
        }
        catch (UriFormatException)
        {
            throw value.Fault("has a bucket, or a region, that makes no address; with \"path-style\" the bucket need not be one");
        }

        return records with { Store = store, Root = members.TryGetValue("root", out var root) ? root.Text() : "" };
    }

    // What goes into the header that proves it.
    private static string Secret(SettingsNode owner, Dictionary<string, SettingsNode> members, string key)
    {
        var (isHere, isNamed) = (members.TryGetValue(key, out var text), members.TryGetValue($"{key}-env", out var variable));
        if (isHere == isNamed)
            throw owner.Needs($"either \"{key}\", or \"{key}-env\" with the name of an environment variable");
        var secret = isHere ? text.Text() : Variable(variable);
        return secret.Length > 0 && !secret.Any(one => one is <= ' ' or > '~')
            ? secret : throw (isHere ? text : variable).Needs("a key without spaces and without letters that are not ASCII");
    }

    private static string Variable(SettingsNode value) => Environment.GetEnvironmentVariable(value.Text()) is { Length: > 0 } content
        ? content : throw value.Fault($"names {value.Text()}, which is not set in the environment");

    private static Uri Url(SettingsNode value) => Uri.TryCreate(value.Text(), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        ? url : throw value.Needs("a URL such as \"https://HOST/PATH\"");

    private static bool IsName(string text) => text.Length is > 0 and <= 63 && text.All(one => char.IsAsciiLetterOrDigit(one) || one is '-' or '_' or '.') && text.Any(char.IsAsciiLetterOrDigit);

    private static bool CanBeSent(string name, string content)
    {
        using var request = new HttpRequestMessage();
        return request.Headers.TryAddWithoutValidation(name, content);
    }

    private static Dictionary<string, SettingsNode> Members(SettingsNode value, string what, string[] keys) => value.Members(what, keys).ToDictionary(one => one.Key, one => one.Value);
}
