using System.Xml.Linq;
using Parley.Services.Locations;
using Parley.Services.Presence;
using Parley.Services.Tests.Proxy.Support;
using Parley.Sip.Messages;

namespace Parley.Services.Tests.Presence;

/// <summary>RFC 3680: registrations.</summary>
public class RegistrationPackageTests
{
    private static readonly XNamespace s_ns = "urn:ietf:params:xml:ns:reginfo";

    private readonly PresenceStage _stage = new(packages: stage => [new RegistrationPackage(stage.Locations, stage.Network.Time)]);

    [Fact]
    public void Who_is_not_registered_is_in_the_beginning()
    {
        _stage.Subscribe("reg", "bob");
        Assert.Equal("0 full sip:bob@example.com init:", Told());
    }

    [Fact]
    public void A_binding_is_told_from_its_registration_to_its_end()
    {
        _stage.Subscribe("reg", "bob", expires: 3600);
        Set(BindingEvent.Registered, "b1");
        Assert.Equal("1 full sip:bob@example.com active: b1 active registered sip:bob@10.0.0.7", Told());
        Set(BindingEvent.Refreshed, "b1");
        Assert.Equal("2 full sip:bob@example.com active: b1 active refreshed sip:bob@10.0.0.7", Told());
        Set(BindingEvent.Registered, "b2");
        Set(BindingEvent.Deactivated, "b1");
        Assert.Equal("4 full sip:bob@example.com active: b2 active registered sip:bob@10.0.0.7, b1 terminated deactivated sip:bob@10.0.0.7", Told());
        Set(BindingEvent.Expired, "b2");
        Assert.Equal("5 full sip:bob@example.com terminated: b2 terminated expired sip:bob@10.0.0.7", Told());
    }

    [Fact]
    public void What_was_registered_before_is_shown()
    {
        Set(BindingEvent.Registered, "b1");
        _stage.Subscribe("reg", "bob");
        Assert.Equal("0 full sip:bob@example.com active: b1 active registered sip:bob@10.0.0.7", Told());
        Assert.Contains("expires=\"100\" q=\"0.5\" callid=\"reg-1\" cseq=\"7\"", _stage.State, StringComparison.Ordinal);
        Assert.Contains("<unknown-param name=\"+sip.instance\">\"&lt;urn:x&gt;\"</unknown-param>", _stage.State, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_elses_registration_may_be_seen() => Assert.Equal("403 SUBSCRIBE", Wire.Summary(_stage.Subscribe("reg")));

    private void Set(BindingEvent what, string id)
    {
        _stage.Advance(5000); // the time between two NOTIFYs
        _stage.Locations.Set(PresenceStage.Bob, what, new Binding
        {
            Id = id,
            Contact = SipUri.Parse("sip:bob@10.0.0.7"),
            Expires = _stage.Network.Time.GetUtcNow().AddSeconds(100.5),
            Q = 0.5,
            CallId = "reg-1",
            CSeq = 7,
            Parameters = [new SipParameter("+sip.instance", "\"<urn:x>\"")],
        });
        _stage.Network.RunUntilIdle();
        _stage.Advance(5);
    }

    private string Told()
    {
        var root = XElement.Parse(_stage.State);
        var registration = root.Element(s_ns + "registration")!;
        var contacts = registration.Elements(s_ns + "contact").Select(contact =>
            $"{contact.Attribute("id")!.Value} {contact.Attribute("state")!.Value} {contact.Attribute("event")!.Value} {contact.Element(s_ns + "uri")!.Value}");
        return $"{root.Attribute("version")!.Value} {root.Attribute("state")!.Value} {registration.Attribute("aor")!.Value} {registration.Attribute("state")!.Value}: {string.Join(", ", contacts)}".TrimEnd();
    }
}
