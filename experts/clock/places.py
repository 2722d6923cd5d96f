"""Places and the time zones that they are in: cities, states, countries and zones by name.

A country of several zones is a name of several places, so that the house asks which one is meant.
"""

from __future__ import annotations

from functools import cache
from typing import Any

_TABLE = """
Pacific/Honolulu: Honolulu, Hawaii, Hawaiian time, Maui
America/Anchorage: Anchorage, Alaska, Alaska time, Juneau, Fairbanks
America/Los_Angeles: Los Angeles=la=l a, San Francisco=sf, San Diego, San Jose California,
  Sacramento, Oakland, Seattle, Portland=portland oregon, Las Vegas=vegas, Reno, California,
  Oregon, Washington State, Nevada, Silicon Valley, Hollywood,
  Pacific time=pst=pdt=pacific standard time=pacific=the pacific time zone=the west coast
America/Vancouver: Vancouver, Victoria, British Columbia
America/Tijuana: Tijuana
America/Denver: Denver, Salt Lake City, Albuquerque, Boise, Colorado Springs, Colorado, Utah,
  New Mexico, Wyoming, Montana,
  Mountain time=mst=mdt=mountain standard time=mountain=the mountain time zone
America/Phoenix: Phoenix, Tucson, Arizona
America/Edmonton: Edmonton, Calgary, Alberta
America/Chicago: Chicago, Houston, Dallas, Austin, San Antonio, Fort Worth, Minneapolis,
  Saint Paul=st paul, Milwaukee, Kansas City, Saint Louis=st louis, New Orleans, Memphis,
  Nashville, Oklahoma City, Tulsa, Omaha, Des Moines, Madison, Little Rock, Birmingham Alabama,
  Texas, Illinois, Wisconsin, Minnesota, Iowa, Missouri, Arkansas, Louisiana, Mississippi,
  Alabama, Oklahoma, Central time=cst=cdt=central standard time=central=the central time zone
America/Winnipeg: Winnipeg, Manitoba
America/Regina: Regina, Saskatchewan
America/Mexico_City: Mexico City, Guadalajara, Monterrey
America/Cancun: Cancun
America/New_York: New York=new york city=nyc=manhattan=brooklyn, Boston, Philadelphia=philly,
  Washington=washington dc=washington d c=dc=d c, Atlanta, Miami, Orlando, Tampa, Jacksonville,
  Charlotte, Raleigh, Baltimore, Pittsburgh, Cleveland, Columbus, Cincinnati, Buffalo, Richmond,
  Newark, Hartford, Providence, Virginia, Ohio, Pennsylvania, New Jersey, Massachusetts,
  Connecticut, Maine, Vermont, New Hampshire, Rhode Island, Maryland, Delaware, North Carolina,
  South Carolina, West Virginia,
  Eastern time=est=edt=eastern standard time=eastern=the eastern time zone=the east coast
America/Detroit: Detroit, Michigan
America/Indiana/Indianapolis: Indianapolis, Indiana
America/Kentucky/Louisville: Louisville, Kentucky
America/Toronto: Toronto, Ottawa, Montreal, Quebec, Ontario, Niagara Falls
America/Halifax: Halifax, Nova Scotia
America/St_Johns: Saint John's=st john's, Newfoundland
America/Puerto_Rico: San Juan, Puerto Rico
America/Havana: Havana, Cuba
America/Jamaica: Kingston, Jamaica
America/Nassau: Nassau, Bahamas
America/Port-au-Prince: Port-au-Prince, Haiti
America/Santo_Domingo: Santo Domingo, Dominican Republic
America/Barbados: Barbados
America/Port_of_Spain: Trinidad=trinidad and tobago
Atlantic/Bermuda: Bermuda
America/Guatemala: Guatemala=guatemala city
America/El_Salvador: San Salvador, El Salvador
America/Tegucigalpa: Honduras, Tegucigalpa
America/Managua: Nicaragua, Managua
America/Costa_Rica: San Jose=san jose costa rica, Costa Rica
America/Panama: Panama=panama city
America/Belize: Belize
America/Bogota: Bogota, Colombia, Medellin
America/Lima: Lima, Peru, Cusco
America/Guayaquil: Quito, Ecuador, Guayaquil
America/Caracas: Caracas, Venezuela
America/La_Paz: La Paz, Bolivia
America/Asuncion: Asuncion, Paraguay
America/Montevideo: Montevideo, Uruguay
America/Argentina/Buenos_Aires: Buenos Aires, Argentina
America/Santiago: Santiago, Chile
America/Guyana: Guyana
America/Paramaribo: Suriname
America/Sao_Paulo: Sao Paulo, Rio de Janeiro=rio, Brasilia
America/Manaus: Manaus
America/Nuuk: Nuuk, Greenland
Atlantic/Reykjavik: Reykjavik, Iceland
Atlantic/Azores: Azores
Atlantic/Canary: Canary Islands=tenerife=gran canaria
Europe/Lisbon: Lisbon, Porto
Europe/Dublin: Dublin, Ireland, Cork
Europe/London: London=london england, Manchester, Birmingham, Liverpool, Edinburgh, Glasgow,
  Belfast, Cardiff, Bristol, Oxford, Cambridge, England, Scotland, Wales, Northern Ireland,
  United Kingdom=uk=u k=britain=great britain=the uk, British time=bst
Europe/Madrid: Madrid, Barcelona, Seville, Valencia, Mallorca=majorca
Europe/Paris: Paris=paris france, Lyon, Marseille, Nice, Bordeaux, France
Europe/Brussels: Brussels, Belgium, Antwerp
Europe/Amsterdam: Amsterdam, Rotterdam, The Hague, Netherlands=holland=the netherlands
Europe/Luxembourg: Luxembourg
Europe/Berlin: Berlin, Munich, Hamburg, Frankfurt, Cologne, Stuttgart, Leipzig, Germany,
  Central European time=cet=cest
Europe/Zurich: Zurich, Geneva, Bern, Basel, Switzerland
Europe/Vienna: Vienna, Salzburg, Austria
Europe/Rome: Rome, Milan, Venice, Florence, Naples, Turin, Sicily, Italy
Europe/Vatican: Vatican=vatican city
Europe/Monaco: Monaco
Europe/Malta: Malta
Europe/Andorra: Andorra
Europe/Copenhagen: Copenhagen, Denmark
Europe/Oslo: Oslo, Bergen, Norway
Europe/Stockholm: Stockholm, Gothenburg, Sweden
Europe/Helsinki: Helsinki, Finland
Europe/Tallinn: Tallinn, Estonia
Europe/Riga: Riga, Latvia
Europe/Vilnius: Vilnius, Lithuania
Europe/Warsaw: Warsaw, Krakow, Poland
Europe/Prague: Prague, Czech Republic=czechia
Europe/Bratislava: Bratislava, Slovakia
Europe/Budapest: Budapest, Hungary
Europe/Ljubljana: Ljubljana, Slovenia
Europe/Zagreb: Zagreb, Croatia, Dubrovnik
Europe/Sarajevo: Sarajevo, Bosnia=bosnia and herzegovina
Europe/Belgrade: Belgrade, Serbia
Europe/Podgorica: Montenegro
Europe/Skopje: Skopje, North Macedonia=macedonia
Europe/Tirane: Tirana, Albania
Europe/Athens: Athens, Greece, Crete
Europe/Sofia: Sofia, Bulgaria
Europe/Bucharest: Bucharest, Romania
Europe/Chisinau: Moldova
Europe/Kyiv: Kyiv=kiev, Ukraine, Odesa=odessa
Europe/Minsk: Minsk, Belarus
Europe/Istanbul: Istanbul, Ankara, Turkey=turkiye
Europe/Moscow: Moscow, Saint Petersburg=st petersburg
Asia/Yekaterinburg: Yekaterinburg
Asia/Novosibirsk: Novosibirsk
Asia/Vladivostok: Vladivostok
Asia/Nicosia: Cyprus, Nicosia
Asia/Tbilisi: Tbilisi, Georgia=the country of georgia
Asia/Yerevan: Yerevan, Armenia
Asia/Baku: Baku, Azerbaijan
Asia/Jerusalem: Jerusalem, Tel Aviv, Israel
Asia/Gaza: Gaza, Palestine
Asia/Beirut: Beirut, Lebanon
Asia/Damascus: Damascus, Syria
Asia/Amman: Amman, Jordan
Asia/Baghdad: Baghdad, Iraq
Asia/Kuwait: Kuwait=kuwait city
Asia/Bahrain: Bahrain
Asia/Qatar: Doha, Qatar
Asia/Riyadh: Riyadh, Mecca, Jeddah, Saudi Arabia
Asia/Dubai: Dubai, Abu Dhabi, United Arab Emirates=uae=u a e=the emirates
Asia/Muscat: Muscat, Oman
Asia/Aden: Yemen
Asia/Tehran: Tehran, Iran
Asia/Kabul: Kabul, Afghanistan
Asia/Karachi: Karachi, Lahore, Islamabad, Pakistan
Asia/Tashkent: Tashkent, Uzbekistan
Asia/Almaty: Almaty, Astana, Kazakhstan
Asia/Bishkek: Kyrgyzstan
Asia/Dushanbe: Tajikistan
Asia/Ashgabat: Turkmenistan
Asia/Kolkata: Delhi=new delhi, Mumbai=bombay, Bangalore=bengaluru, Kolkata=calcutta,
  Chennai=madras, Hyderabad, Pune, Ahmedabad, Goa, India=indian standard time
Asia/Colombo: Colombo, Sri Lanka
Asia/Kathmandu: Kathmandu, Nepal
Asia/Thimphu: Bhutan
Asia/Dhaka: Dhaka, Bangladesh
Indian/Maldives: Maldives=the maldives
Asia/Yangon: Yangon, Myanmar=burma
Asia/Bangkok: Bangkok, Thailand, Phuket, Chiang Mai
Asia/Vientiane: Laos
Asia/Phnom_Penh: Phnom Penh, Cambodia
Asia/Ho_Chi_Minh: Hanoi, Ho Chi Minh City=saigon, Vietnam
Asia/Kuala_Lumpur: Kuala Lumpur, Malaysia
Asia/Singapore: Singapore
Asia/Jakarta: Jakarta
Asia/Makassar: Bali, Makassar
Asia/Jayapura: Jayapura
Asia/Brunei: Brunei
Asia/Manila: Manila, Philippines=the philippines
Asia/Hong_Kong: Hong Kong
Asia/Macau: Macau
Asia/Taipei: Taipei, Taiwan
Asia/Shanghai: Beijing, Shanghai, Shenzhen, Guangzhou, Chengdu, Wuhan, China
Asia/Ulaanbaatar: Ulaanbaatar, Mongolia
Asia/Seoul: Seoul, Busan, South Korea=korea
Asia/Pyongyang: Pyongyang, North Korea
Asia/Tokyo: Tokyo, Osaka, Kyoto, Yokohama, Nagoya, Sapporo, Hiroshima, Okinawa,
  Japan=japan standard time
Australia/Perth: Perth, Western Australia
Australia/Darwin: Darwin, Northern Territory
Australia/Adelaide: Adelaide, South Australia
Australia/Brisbane: Brisbane, Queensland, Gold Coast
Australia/Sydney: Sydney, Canberra, New South Wales
Australia/Melbourne: Melbourne, Victoria Australia
Australia/Hobart: Hobart, Tasmania
Pacific/Auckland: Auckland, Wellington, Christchurch, New Zealand
Pacific/Fiji: Fiji
Pacific/Guam: Guam
Pacific/Tahiti: Tahiti
Pacific/Apia: Samoa
Pacific/Tongatapu: Tonga
Pacific/Port_Moresby: Papua New Guinea
Africa/Cairo: Cairo, Alexandria, Egypt
Africa/Tripoli: Tripoli, Libya
Africa/Tunis: Tunis, Tunisia
Africa/Algiers: Algiers, Algeria
Africa/Casablanca: Casablanca, Marrakesh=marrakech, Rabat, Morocco
Africa/Dakar: Dakar, Senegal
Africa/Abidjan: Abidjan, Ivory Coast
Africa/Accra: Accra, Ghana
Africa/Monrovia: Liberia
Africa/Freetown: Sierra Leone
Africa/Bamako: Mali
Africa/Ouagadougou: Burkina Faso
Africa/Lome: Togo
Africa/Porto-Novo: Benin
Africa/Lagos: Lagos, Abuja, Nigeria
Africa/Niamey: Niger
Africa/Ndjamena: Chad
Africa/Douala: Cameroon
Africa/Libreville: Gabon
Africa/Luanda: Luanda, Angola
Africa/Kinshasa: Kinshasa
Africa/Lubumbashi: Lubumbashi
Africa/Khartoum: Khartoum, Sudan
Africa/Juba: South Sudan
Africa/Addis_Ababa: Addis Ababa, Ethiopia
Africa/Asmara: Eritrea
Africa/Djibouti: Djibouti
Africa/Mogadishu: Mogadishu, Somalia
Africa/Nairobi: Nairobi, Kenya, Mombasa
Africa/Kampala: Kampala, Uganda
Africa/Kigali: Kigali, Rwanda
Africa/Bujumbura: Burundi
Africa/Dar_es_Salaam: Dar es Salaam, Tanzania, Zanzibar
Africa/Lusaka: Lusaka, Zambia
Africa/Harare: Harare, Zimbabwe
Africa/Blantyre: Malawi
Africa/Maputo: Maputo, Mozambique
Africa/Gaborone: Botswana
Africa/Windhoek: Windhoek, Namibia
Africa/Johannesburg: Johannesburg, Cape Town, Durban, Pretoria, South Africa
Africa/Maseru: Lesotho
Africa/Mbabane: Eswatini=swaziland
Indian/Antananarivo: Madagascar
Indian/Mauritius: Mauritius
Indian/Mahe: Seychelles
Indian/Reunion: Reunion
UTC: UTC=u t c=universal time=coordinated universal time=zulu time,
  GMT=g m t=greenwich mean time=greenwich
"""
_SEVERAL = {
    "america": "New York, Chicago, Denver, Phoenix, Los Angeles, Anchorage, Honolulu",
    "canada": "Halifax, Toronto, Winnipeg, Edmonton, Vancouver",
    "mexico": "Mexico City, Cancun, Tijuana",
    "brazil": "Sao Paulo, Manaus",
    "russia": "Moscow, Yekaterinburg, Novosibirsk, Vladivostok",
    "australia": "Sydney, Brisbane, Adelaide, Darwin, Perth",
    "indonesia": "Jakarta, Bali, Jayapura",
    "congo": "Kinshasa, Lubumbashi",
    "spain": "Madrid, Canary Islands",
    "portugal": "Lisbon, Azores",
    "florida": "Miami, Pensacola",
    "tennessee": "Nashville, Knoxville",
    "kansas": "Wichita, Goodland",
    "nebraska": "Omaha, Scottsbluff",
    "north dakota": "Fargo, Dickinson",
    "south dakota": "Sioux Falls, Rapid City",
    "idaho": "Boise, Coeur d'Alene",
}
_ALSO_CALLED = {
    "america": ("the united states", "the us", "usa", "the usa", "the united states of america"),
    "congo": ("the democratic republic of the congo",),
}
_MORE = {
    "Pensacola": "America/Chicago", "Knoxville": "America/New_York", "Wichita": "America/Chicago",
    "Goodland": "America/Denver", "Scottsbluff": "America/Denver", "Fargo": "America/Chicago",
    "Dickinson": "America/Denver", "Sioux Falls": "America/Chicago",
    "Rapid City": "America/Denver", "Coeur d'Alene": "America/Los_Angeles",
}  # fmt: skip
HERE = "here"


def places() -> list[dict[str, Any]]:
    """The list ``world``: every place with its time zone, and "here"."""
    found: dict[str, dict[str, Any]] = {}
    for line in _TABLE.strip().replace(",\n ", ",").replace("=\n  ", "=").splitlines():
        zone, _, names = line.partition(": ")
        for each in names.split(", "):
            name, *aliases = each.split("=")
            found[name] = _place(name, zone, aliases)
    for name, zone in _MORE.items():
        found[name] = _place(name, zone, [])
    for country, named in _SEVERAL.items():
        for name in named.split(", "):
            found[name]["aliases"] += [country, *_ALSO_CALLED.get(country, ())]
    here = {"id": HERE, "name": "here", "aliases": ["home", "my place", "my time", "local time"]}
    return [*found.values(), here]


def _place(name: str, zone: str, aliases: list[str]) -> dict[str, Any]:
    return {"id": name, "name": name, "aliases": aliases, "attributes": {"zone": zone}}


def zone_of(identifier: str, home: str) -> str:
    """Return the IANA name of a place's zone."""
    if identifier == HERE:
        return home
    return _zones()[identifier]


@cache
def _zones() -> dict[str, str]:
    return {p["id"]: p["attributes"]["zone"] for p in places() if p["id"] != HERE}
