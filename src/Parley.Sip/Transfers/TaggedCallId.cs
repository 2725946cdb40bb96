using System.Text;
using Parley.Sip.Messages;

namespace Parley.Sip.Transfers;

/// <summary>A Call-ID with two tags as parameters: what Replaces (RFC 3891 §6.1) and Target-Dialog (RFC 4538 §7) have in common.</summary>
internal static class TaggedCallId
{
    /// <summary>Reads the Call-ID and exactly one of each tag; further parameters are the caller's to look at.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> value, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, out (string CallId, string First, string Second) parts, out ReadOnlySpan<byte> parameters)
    {
        parts = default;
        var end = value.IndexOf((byte)';');
        parameters = end < 0 ? default : value[end..];
        var callId = SipSyntax.Trim(end < 0 ? value : value[..end]);
        if (callId.IsEmpty || callId.ContainsAnyExceptInRange((byte)'!', (byte)'~') || !TryTag(parameters, first, out var one) || !TryTag(parameters, second, out var two))
            return false;
        parts = (Encoding.ASCII.GetString(callId), one, two);
        return true;
    }

    private static bool TryTag(ReadOnlySpan<byte> parameters, ReadOnlySpan<byte> name, out string tag)
    {
        tag = "";
        var count = 0;
        var reader = new ParameterReader(parameters);
        while (reader.MoveNext())
        {
            if (!Ascii.EqualsIgnoreCase(reader.Name.Of(parameters), name))
                continue;
            count++;
            tag = Encoding.ASCII.GetString(reader.Value.Of(parameters));
        }

        return reader.IsValid && reader.Position == parameters.Length && count == 1 && SipSyntax.IsToken(Encoding.ASCII.GetBytes(tag));
    }
}
