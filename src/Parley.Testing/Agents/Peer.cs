using Parley.Sip.Messages;

namespace Parley.Testing.Agents;

/// <summary>The other side of a call.</summary>
/// <param name="Uri">Its address of record, <c>sip:bob@example.com</c>.</param>
/// <param name="Number">Its user part, without scheme and parameters; null when it has none.</param>
/// <param name="Name">Its display name; null when it shows none.</param>
public sealed record Peer(string? Uri, string? Number, string? Name)
{
    internal static Peer Of(SipAddress address)
    {
        var user = address.Uri.User.Split(';')[0];
        return new Peer(address.Uri.ToString(), user.Length == 0 ? null : user, string.IsNullOrEmpty(address.DisplayName) ? null : address.DisplayName);
    }

    /// <summary>The URI.</summary>
    public override string ToString() => Uri ?? "";
}
