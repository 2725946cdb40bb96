using Parley.Contracts.Voice;
using Parley.Net.Http;
using Parley.Speech.Vendors;

namespace Parley.Server.Voice.Sessions;

/// <summary>Addresses of vendors that commands name. They may lead where URLs of commands may, and what connects to them judges each address again.</summary>
/// <param name="urls">Where that is.</param>
/// <param name="limits">Those of the vendors.</param>
internal sealed class VendorAddresses(UrlGuard urls, VendorLimits limits) : IDisposable
{
    /// <summary>What connects to them.</summary>
    public SpeechConnections Connections { get; } = new(limits, urls.CreateHandler());

    /// <summary>Reads an address that a command may leave out.</summary>
    /// <param name="text">What it says.</param>
    /// <param name="field">Where it says it.</param>
    /// <param name="problems">Takes what is wrong with it.</param>
    /// <param name="address">Null for the vendor's own.</param>
    /// <returns>False when there can be nobody at that address: what goes to a vendor of one's own must not go to another one instead.</returns>
    public bool TryRead(string? text, string field, List<VoiceProblem> problems, out Uri? address)
    {
        address = null;
        if (string.IsNullOrEmpty(text))
            return true;
        if (!Uri.TryCreate(text, UriKind.Absolute, out address))
            problems.Add(new(field, "is no URL."));
        else if (!urls.Allows(address, out var refusal))
            problems.Add(new(field, refusal));
        else
            return true;
        return false;
    }

    public void Dispose() => Connections.Dispose();
}
