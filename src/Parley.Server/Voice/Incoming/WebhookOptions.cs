using System.Text;

namespace Parley.Server.Voice.Incoming;

/// <summary>How incoming calls are announced to a program. Its text form shows no secrets.</summary>
public sealed record WebhookOptions
{
    /// <summary>Where the announcement is posted; http or https.</summary>
    public required Uri Url { get; init; }

    /// <summary>Further URLs, which take turns with the first one; each is also tried where the one before it fails. Default: none.</summary>
    public IReadOnlyList<Uri> Others { get; init; } = [];

    /// <summary>Key of the signature (HMAC-SHA256 of the timestamp, a dot and the body). Default: none, unsigned.</summary>
    public string? Secret { get; init; }

    /// <summary>Further headers of the request. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>How long one attempt may take. Default: 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Attempts in all, at least 1, where one fails or is answered with 429 or 5xx. Default: 3.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>
    /// How long a call may take from its announcement until somebody has claimed it, and has it answered, rung or refused. Default: 60 s; then it is refused with 408, or goes to the
    /// <see cref="Fallback"/> when nobody has claimed it.
    /// </summary>
    public TimeSpan AcceptTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Status of the refusal when nobody can be told of the call, 400–699. Default: 503.</summary>
    public int FallbackStatus { get; init; } = 503;

    /// <summary>What happens to the call instead when nobody can be told of it or claims it, e.g. another extension; the call is over when it returns. Default: it is refused.</summary>
    public Func<IncomingCall, CancellationToken, Task>? Fallback { get; init; }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Url = {Url.Host}, Others = {Others.Count}, Timeout = {Timeout}, Attempts = {Attempts}, AcceptTimeout = {AcceptTimeout}, FallbackStatus = {FallbackStatus}");
        return true;
    }
}
