using Parley.Cli.Configuration;
using Parley.Cli.Terminal;
using Parley.Services.Accounts;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Services.Trunks;

namespace Parley.Cli.Phones;

/// <summary>What the parts of the phone system share.</summary>
/// <param name="Agent">Dials and is called.</param>
/// <param name="Log">Lines for whoever watches.</param>
/// <param name="Settings">What is configured at this moment.</param>
/// <param name="Accounts">Who there is.</param>
/// <param name="Locations">Where phones are.</param>
/// <param name="Admission">Who may have what costs something.</param>
/// <param name="Trunks">The ways out.</param>
/// <param name="Lamps">Who is busy.</param>
/// <param name="Agents">Voice agents that calls are given to.</param>
/// <param name="Time">The clock.</param>
internal sealed record PhoneServices(
    UserAgent Agent, ServeLog Log, LiveSettings Settings, AccountDirectory Accounts, ILocationService Locations, IAdmission Admission, TrunkSet Trunks, BusyLamps Lamps, VoiceAgents Agents,
    TimeProvider Time);
