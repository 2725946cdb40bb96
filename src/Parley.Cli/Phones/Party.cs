using Parley.Services.Locations;

namespace Parley.Cli.Phones;

/// <summary>Who is at an end of a call.</summary>
/// <param name="Name">For people.</param>
/// <param name="Account">Whose phone it is; no value for a trunk, an extension or a stranger, who may set nothing off that costs.</param>
internal readonly record struct PartyIdentity(string Name, AddressOfRecord Account)
{
    public bool IsAccount => Account.HasValue;
}

/// <summary>One end of a conversation: a leg, and who is there.</summary>
/// <param name="Call">The leg.</param>
/// <param name="Identity">Who is there.</param>
/// <param name="Held">What is given back when the leg is over: a place on a trunk, a lamp that is lit.</param>
internal sealed record Party(Call Call, PartyIdentity Identity, params IReadOnlyList<IDisposable?> Held)
{
    /// <summary>Hangs up and frees everything.</summary>
    public async ValueTask ReleaseAsync()
    {
        await Call.DisposeAsync();
        foreach (var held in Held)
            held?.Dispose();
    }
}
