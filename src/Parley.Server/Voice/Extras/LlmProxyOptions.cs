using System.Text;

namespace Parley.Server.Voice.Extras;

/// <summary>The service behind <c>/llm/v1</c>: one that speaks OpenAI's API, with a key that programs need not know. Its text form shows no secrets.</summary>
public sealed record LlmProxyOptions
{
    /// <summary>Where it is, e.g. <c>https://api.openai.com/v1</c>; what follows <c>/llm/v1</c> is put behind it.</summary>
    public required Uri Base { get; init; }

    /// <summary>The key for requests that bring none of their own. Where the server has API keys, no request does: its <c>Authorization</c> is for the server. Default: none.</summary>
    public string? Key { get; init; }

    /// <summary>Bytes of a request, at least 1. Default: 4 MiB, a long conversation with a picture; a larger one gets 413.</summary>
    public int MaxRequest { get; init; } = 4 << 20;

    /// <summary>Bytes of an answer, at least 1. Default: 64 MiB; a longer one is cut off.</summary>
    public long MaxAnswer { get; init; } = 64L << 20;

    /// <summary>Requests at a time, at least 1. Default: 100; a further one gets 429.</summary>
    public int MaxRequests { get; init; } = 100;

    /// <summary>How long a request may take, with all of its answer. Default: 5 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Base = {Base.Host}, MaxRequest = {MaxRequest}, MaxAnswer = {MaxAnswer}, MaxRequests = {MaxRequests}, Timeout = {Timeout}");
        return true;
    }
}
