using System.Text.Json;
using System.Text.Json.Nodes;

namespace Parley.Contracts.Voice;

/// <summary>Takes keys and passwords out of what is written down.</summary>
public static class VoiceSecrets
{
    private const string Mask = "***";

    // Parts of names: options have secretKey and password, extra parameters and headers what their vendors call it.
    private static readonly string[] Names = ["secret", "password", "apikey", "api_key", "authorization"];

    /// <summary>A command or event as text in which each member whose name speaks of a secret is <c>***</c>.</summary>
    /// <param name="utf8">JSON, in UTF-8.</param>
    /// <returns>JSON; <c>(no JSON)</c> where it is none.</returns>
    public static string Redact(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var node = JsonNode.Parse(utf8);
            Redact(node);
            return node?.ToJsonString() ?? "null";
        }
        catch (JsonException)
        {
            return "(no JSON)";
        }
    }

    /// <summary>Whether a member of this name holds a secret.</summary>
    public static bool IsSecret(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        // A number of tokens is none.
        return Array.Exists(Names, part => name.Contains(part, StringComparison.OrdinalIgnoreCase)) || name.EndsWith("token", StringComparison.OrdinalIgnoreCase);
    }

    private static void Redact(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members.ToArray())
                {
                    if (IsSecret(name))
                        members[name] = Mask;
                    else
                        Redact(value);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                    Redact(item);
                break;
        }
    }
}
